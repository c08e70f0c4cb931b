//! E21: what auth-js sends besides, and what it reads of an answer.

use serde_json::json;

use crate::http::app::{TestApp, text};
use crate::http::client::{answer, names};
use crate::http::world::{Actor, PASSWORD};

const SIGN_IN: &str = "/auth/v1/token?grant_type=password";
const VERSION: (&str, &str) = ("x-supabase-api-version", "2024-01-01");

#[tokio::test]
async fn e21_an_api_key_and_an_anonymous_token_open_nothing_and_shut_nothing() {
    let app = TestApp::start().await;
    let body = json!({"email": Actor::Owner.email(), "password": PASSWORD, "gotrue_meta_security": {}});
    let request = app.post(SIGN_IN).header("apikey", "anon").bearer_auth("anon").header(VERSION.0, VERSION.1);
    let signed_in = answer(request.json(&body)).await.expect(200);
    assert_eq!(signed_in.header(VERSION.0), VERSION.1);
    let token = text(&signed_in.json()["access_token"]);
    assert_eq!(app.get("/auth/v1/user", &token).await.expect(200).json()["email"], Actor::Owner.email());
}

#[tokio::test]
async fn failures_have_every_member_that_auth_js_reads() {
    let app = TestApp::start().await;
    let wrong = json!({"email": Actor::Owner.email(), "password": "wrong wrong wrong"});
    let undated = answer(app.post(SIGN_IN).json(&wrong)).await.expect(400);
    let dated = answer(app.post(SIGN_IN).header(VERSION.0, VERSION.1).json(&wrong)).await.expect(400);
    for (failed, code) in [(&undated, json!(400)), (&dated, json!("invalid_grant"))] {
        let body = failed.json();
        assert_eq!(names(&body), ["code", "error", "error_code", "error_description", "msg", "request_id"]);
        assert_eq!((&body["code"], &body["error_code"]), (&code, &json!("invalid_grant")));
        assert_eq!(body["msg"], body["error_description"]);
        assert_eq!(failed.header("x-sb-error-code"), "invalid_grant");
    }
    assert_eq!((undated.header(VERSION.0), dated.header(VERSION.0)), ("", VERSION.1));
    let another = answer(app.post(SIGN_IN).header(VERSION.0, "2031-01-01").json(&wrong)).await.expect(400);
    assert_eq!((another.header(VERSION.0), &another.json()["code"]), ("", &json!(400)));
    let nowhere = app.get("/auth/v1/nowhere", "x").await.expect(404);
    assert_eq!((nowhere.header("x-sb-error-code"), &nowhere.json()["code"]), ("not_found", &json!(404)));
}
