//! E8, E12 to E14 and E24: what clients find out by themselves, how they are answered in redirects, and how they are told
//! what is missing.

use reqwest::Method;
use serde_json::json;

use crate::http::app::{TestApp, text};
use crate::http::client::answer;
use crate::http::code_flow::{Request, approve, code, consent_page, decide, redeem, returned, signed_in, start};
use crate::http::world::Actor;

#[tokio::test]
async fn e8_the_metadata_name_the_issuer_of_redirects_and_only_what_works() {
    let (app, client) = start(json!({})).await;
    let found = app.get("/.well-known/oauth-authorization-server", "").await.expect(200);
    assert_eq!(found.header("content-type"), "application/json");
    let found = found.json();
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    let sent = decide(&browser, &page, "approve").await;
    assert_eq!((&found["issuer"], text(&found["issuer"])), (&json!(app.url("")), returned(&sent)["iss"].clone()));
    assert_eq!(found["code_challenge_methods_supported"], json!(["S256"]));
    let methods = found["token_endpoint_auth_methods_supported"].as_array().unwrap().clone();
    assert_eq!(methods, [json!("client_secret_basic"), json!("client_secret_post"), json!("none")]);
    let door = text(&found["token_endpoint"]).strip_prefix(&app.url("")).unwrap().to_owned();
    let basic = app.post(&door).basic_auth(&client.client_id, Some(&client.secret));
    answer(basic.form(&[("grant_type", "client_credentials")])).await.expect(200);
    app.credentials(&client, &client.secret).await.expect(200);
}

#[tokio::test]
async fn e12_the_port_of_a_loopback_address_is_free_and_nothing_else_of_it() {
    let uris = ["http://127.0.0.1/cb", "http://[::1]/cb"];
    let (app, client) = start(json!({"redirect_uris": uris, "client_type": "public"})).await;
    let browser = signed_in(&app, Actor::Member).await;
    for uri in ["http://127.0.0.1:51204/cb", "http://[::1]:49152/cb"] {
        let request = Request::of(&client).with("redirect_uri", uri);
        let page = consent_page(&browser, &request).await;
        let sent = decide(&browser, &page, "approve").await;
        assert!(sent.location().starts_with(&format!("{uri}?code=")), "{}", sent.location());
        let public = json!({"client_secret": null, "redirect_uri": uri});
        redeem(&app, &client, &code(&sent), public).await.expect(200);
    }
    for uri in ["http://127.0.0.1:51204/other", "http://localhost:51204/cb", "https://127.0.0.1:51204/cb"] {
        let refused = browser.get(&Request::of(&client).with("redirect_uri", uri).path()).await.expect(400);
        assert_eq!(refused.location(), "", "{uri}");
    }
}

#[tokio::test]
async fn e13_spaces_of_scope_may_be_plus_signs_and_state_comes_back_as_it_was() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let state = format!("{}&=+%\"<\u{e9}", "s".repeat(2_030));
    let request = Request::of(&client).with("state", &state);
    let plus = request.path();
    let escaped = plus.replace("routix%3Aaccounts%3Aread+routix", "routix%3Aaccounts%3Aread%20routix");
    assert_ne!(plus, escaped);
    for path in [plus, escaped] {
        let page = browser.get(&path).await.expect(200);
        let sent = decide(&browser, &page, "approve").await;
        assert_eq!(returned(&sent)["state"], state);
        let granted = redeem(&app, &client, &code(&sent), json!({})).await.expect(200).json();
        assert_eq!(granted["scope"], "routix:accounts:read routix:orders:read");
    }
}

#[tokio::test]
async fn e14_the_registered_query_stays_as_it_was_written() {
    let uri = "https://myerp.example/callback?tenant=1&b=%20&a=2";
    let (app, client) = start(json!({"redirect_uris": [uri]})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let request = Request::of(&client).with("redirect_uri", uri);
    let page = consent_page(&browser, &request).await;
    let sent = decide(&browser, &page, "approve").await;
    assert!(sent.location().starts_with(&format!("{uri}&code=")), "{}", sent.location());
    let code = approve(&browser, &request).await;
    redeem(&app, &client, &code, json!({"redirect_uri": uri})).await.expect(200);
}

#[tokio::test]
async fn e24_the_challenge_names_an_error_only_where_there_were_credentials() {
    let app = TestApp::start().await;
    let path = format!("/functions/v1/api/v1/{}/accounts", app.world.branch.public_id);
    let none = answer(app.request(Method::GET, &path)).await.expect(401);
    let (challenge, metadata) =
        (none.header("www-authenticate").to_owned(), app.url("/.well-known/oauth-protected-resource"));
    assert!(challenge.starts_with("Bearer ") && !challenge.contains("error"), "{challenge}");
    assert!(challenge.contains(&format!("resource_metadata=\"{metadata}")), "{challenge}");
    let bad = app.get(&path, "x.y.z").await.expect(401);
    assert!(bad.header("www-authenticate").contains("error=\"invalid_token\""), "{:?}", bad.headers);
    assert!(bad.header("www-authenticate").contains("resource_metadata="), "{:?}", bad.headers);
    for path in ["/rest/v1/oauth_apps", "/auth/v1/user", "/auth/v1/oauth/authorizations/a1.x"] {
        let none = answer(app.request(Method::GET, path)).await.expect(401);
        assert_eq!(none.header("www-authenticate"), "Bearer realm=\"routix\"", "{path}");
        let bad = app.get(path, "x.y.z").await.expect(401);
        assert!(bad.header("www-authenticate").contains("error=\"invalid_token\""), "{path}");
    }
}
