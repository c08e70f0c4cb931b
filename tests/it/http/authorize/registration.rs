//! What may be registered as a redirect URI, as far as the authorization endpoint rests on it.

use serde_json::json;

use crate::http::app::{TestApp, registration};
use crate::http::code_flow::{Request, consent_page, decide, signed_in, start};
use crate::http::world::Actor;

async fn code_of(app: &TestApp, token: &str, client_type: &str, uri: &str) -> Option<String> {
    let mut body = registration();
    body["client_type"] = client_type.into();
    body["redirect_uris"] = json!([uri]);
    let answer = app.register(token, &body).await;
    assert!([201, 400].contains(&answer.status), "{uri}: {}", answer.text);
    (answer.status == 400).then(|| answer.json()["errors"][0]["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn az6_http_is_registered_for_a_loopback_address_only() {
    let app = TestApp::start().await;
    let token = app.sign_in(Actor::Owner).await;
    for uri in [
        "http://myerp.example/cb",
        "http://10.0.0.1/cb",
        "http://0.0.0.0/cb",
        "http://127.0.0.2/cb",
        "http://[::]/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://localhost.example/cb",
        "http://localhost./cb",
        "http://2130706433/cb",
        "http://0177.0.0.1/cb",
    ] {
        for client_type in ["confidential", "public"] {
            assert_eq!(code_of(&app, &token, client_type, uri).await.as_deref(), Some("insecure_scheme"), "{uri}");
        }
    }
    for uri in ["http://127.0.0.1/cb", "http://[::1]:8080/cb", "http://localhost:3000/cb", "https://myerp.example/cb"] {
        assert_eq!(code_of(&app, &token, "confidential", uri).await, None, "{uri}");
    }
}

#[tokio::test]
async fn az7_v20_an_own_scheme_is_a_reversed_domain_of_a_public_client() {
    let app = TestApp::start().await;
    let token = app.sign_in(Actor::Owner).await;
    for uri in [
        "myapp:/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:x",
        "about:blank",
        "ftp://myerp.example/cb",
        "ws://myerp.example/cb",
        "view-source:https://myerp.example",
        "intent://x",
        "COM.example.app:/cb",
        "com..app:/cb",
        ".com.app:/cb",
        "com.app.:/cb",
        "1com.app:/cb",
    ] {
        for client_type in ["confidential", "public"] {
            assert!(code_of(&app, &token, client_type, uri).await.is_some(), "{client_type} {uri}");
        }
    }
    let own = "com.example.app:/cb";
    assert!(code_of(&app, &token, "confidential", own).await.is_some());
    assert_eq!(code_of(&app, &token, "public", own).await, None);
}

#[tokio::test]
async fn az5_row22_localhost_works_where_it_is_registered_as_such() {
    let (app, client) = start(json!({"redirect_uris": ["http://localhost/cb"], "client_type": "public"})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let request = Request::of(&client).with("redirect_uri", "http://localhost:51204/cb");
    let page = consent_page(&browser, &request).await;
    let sent = decide(&browser, &page, "approve").await;
    assert!(sent.location().starts_with("http://localhost:51204/cb?code="), "{}", sent.location());
    let (app, client) = start(json!({"redirect_uris": ["http://127.0.0.1/cb", "http://[::1]/cb"]})).await;
    let request = Request::of(&client).with("redirect_uri", "http://localhost/cb");
    signed_in(&app, Actor::Member).await.get(&request.path()).await.expect(400);
}
