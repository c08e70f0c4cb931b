//! Tokens for a named resource, and the documents that name it.

use serde_json::{Value, json};

use crate::http::app::{DOOR, DOORS, Registered, TestApp, grant};
use crate::http::client::{Answer, answer};
use crate::http::jwt;
use crate::http::world::Actor;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

async fn start() -> (TestApp, Registered, String) {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let url = format!("http://{}", app.address);
    (app, client, url)
}

async fn ask(app: &TestApp, client: &Registered, door: &str, resource: &str) -> Answer {
    let mut body = grant(&client.client_id, &client.secret);
    body["resource"] = resource.into();
    answer(app.post(door).json(&body)).await
}

#[tokio::test]
async fn tk17_a_resource_that_is_none_of_ours_is_refused_at_every_door() {
    let (app, client, url) = start().await;
    for resource in ["https://nowhere.example", "abc", &format!("{url}/"), &format!("{url}/functions/v1/api#x")] {
        for door in DOORS {
            let refused = ask(&app, &client, door, resource).await;
            assert_eq!(refused.failure(), (400, "invalid_target".to_owned()), "{door} {resource}");
        }
    }
}

#[tokio::test]
async fn a_token_for_our_resource_is_of_the_form_of_rfc_9068_and_opens_the_proxy() {
    let (app, client, url) = start().await;
    for resource in [url.clone(), format!("{url}/functions/v1/api")] {
        let granted = ask(&app, &client, DOOR, &resource).await.expect(200).json();
        let token = granted["access_token"].as_str().unwrap();
        let (header, claims) = jwt::parts(token);
        assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("HS256")));
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(url), &json!(resource)));
        assert_eq!(claims["client_id"], json!(client.client_id));
        assert_eq!((&claims["scope"], &claims["sub"]), (&granted["scope"], &json!(client.app_id)));
        assert_eq!(claims["oauth_client_id"], json!(client.client_id));
        assert!(claims["exp"].is_i64() && claims["iat"].is_i64() && claims["jti"].is_string());
        assert_eq!(app.proxy_status(token).await, 200);
    }
}

#[tokio::test]
async fn pr1_pr2_each_resource_has_its_document_and_others_have_none() {
    let (app, _, url) = start().await;
    for path in ["", "/functions/v1/api"] {
        let document: Value = app.get(&format!("{WELL_KNOWN}{path}"), "").await.expect(200).json();
        assert_eq!(document["resource"], json!(format!("{url}{path}")));
        assert_eq!(document["authorization_servers"], json!([url]));
        assert_eq!(document["bearer_methods_supported"], json!(["header"]));
        assert_eq!(document["scopes_supported"].as_array().unwrap().len(), 11);
    }
    app.get(&format!("{WELL_KNOWN}/elsewhere"), "").await.expect(404);
}

#[tokio::test]
async fn pr3_the_challenge_of_the_proxy_names_the_document() {
    let (app, _, url) = start().await;
    let refused = app.accounts("nonsense", &app.world.branch.public_id).await.expect(401);
    let challenge = refused.header("www-authenticate");
    assert!(challenge.contains(&format!("resource_metadata=\"{url}{WELL_KNOWN}/functions/v1/api\"")), "{challenge}");
}

#[tokio::test]
async fn md_the_servers_metadata_names_what_works() {
    let (app, _, url) = start().await;
    let document = app.get("/.well-known/oauth-authorization-server", "").await.expect(200).json();
    assert_eq!(document["issuer"], json!(url));
    assert_eq!(document["token_endpoint"], json!(format!("{url}/auth/v1/oauth/token")));
    let grant_types = json!(["authorization_code", "refresh_token", "client_credentials"]);
    assert_eq!(document["grant_types_supported"], grant_types);
}
