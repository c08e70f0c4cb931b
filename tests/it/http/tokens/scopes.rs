//! Scopes at the token doors, and clients that may not use them.

use serde_json::json;

use crate::http::app::{DOOR, DOORS, TestApp, grant, text};
use crate::http::client::answer;
use crate::http::jwt;
use crate::http::world::Actor;

#[tokio::test]
async fn cc3_a_scope_that_the_app_does_not_hold_is_invalid_scope() {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    for scope in [
        "routix:orders:write",
        "routix:accounts:read routix:orders:write",
        "routix:moon:read",
        "accounts",
        "*",
        "routix:accounts:*",
        "ROUTIX:ACCOUNTS:READ",
        "routix:accounts:read,routix:orders:read",
        " ",
        "routix:accounts:read\troutix:orders:read",
    ] {
        for door in DOORS {
            let mut body = grant(&client.client_id, &client.secret);
            body["scope"] = scope.into();
            let refused = answer(app.post(door).json(&body)).await;
            assert_eq!(refused.failure(), (400, "invalid_scope".to_owned()), "{door} {scope:?}");
        }
    }
}

#[tokio::test]
async fn cc4_scope_narrows_and_left_out_it_is_everything() {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    for (scope, granted) in [
        ("routix:orders:read", "routix:orders:read"),
        ("routix:orders:read routix:orders:read", "routix:orders:read"),
        ("routix:orders:read routix:accounts:read", "routix:orders:read routix:accounts:read"),
        ("", "routix:accounts:read routix:orders:read"),
    ] {
        let mut body = grant(&client.client_id, &client.secret);
        body["scope"] = scope.into();
        let answer = answer(app.post(DOOR).json(&body)).await.expect(200).json();
        assert_eq!(answer["scope"], granted, "{scope}");
        let claimed = jwt::claims(&text(&answer["access_token"]))["oauth_scopes"].clone();
        assert_eq!(claimed, json!(granted.split(' ').collect::<Vec<_>>()), "{scope}");
    }
}

#[tokio::test]
async fn a_narrowed_token_reads_only_what_it_was_narrowed_to() {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let mut body = grant(&client.client_id, &client.secret);
    body["scope"] = "routix:orders:read".into();
    let token = text(&answer(app.post(DOOR).json(&body)).await.expect(200).json()["access_token"]);
    let branch = &app.world.branch.public_id;
    let refused = app.accounts(&token, branch).await;
    assert_eq!(refused.failure(), (403, "insufficient_scope".to_owned()));
    assert!(refused.header("www-authenticate").contains("routix:accounts:read"));
    app.get(&format!("/functions/v1/api/v1/{branch}/orders"), &token).await.expect(200);
}

#[tokio::test]
async fn h18_tk14_cc1_a_public_client_is_unauthorized_client() {
    let app = TestApp::start().await;
    let token = app.sign_in(Actor::Owner).await;
    let public = app.new_app(&token, json!({"client_type": "public"})).await;
    assert_eq!(public.secret, "");
    for door in DOORS {
        let body = json!({"grant_type": "client_credentials", "client_id": public.client_id});
        let refused = answer(app.post(door).json(&body)).await;
        assert_eq!(refused.failure(), (400, "unauthorized_client".to_owned()), "{door}");
        assert_eq!(refused.header("www-authenticate"), "", "{door}");
        let with_a_secret = answer(app.post(door).json(&grant(&public.client_id, "routix_x"))).await;
        assert_eq!(with_a_secret.failure(), (401, "invalid_client".to_owned()), "{door}");
    }
}

#[tokio::test]
async fn tk18_an_app_token_is_never_taken_for_a_persons() {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let token = app.app_token(&client).await;
    let claims = jwt::claims(&token);
    assert_eq!(
        (claims["sub"].as_str(), claims["oauth_client_id"].as_str()),
        (Some(&*client.app_id), Some(&*client.client_id))
    );
    assert_eq!(claims.get("session_id"), None);
    let refused = app.get("/auth/v1/user", &token).await;
    assert_eq!(refused.failure(), (403, "invalid_token_type".to_owned()));
    let user = app.sign_in(Actor::Admin).await;
    let refused = app.accounts(&user, &app.world.branch.public_id).await;
    assert_eq!(refused.failure(), (403, "invalid_token_type".to_owned()));
}

#[tokio::test]
async fn a_scope_taken_from_the_app_is_gone_from_tokens_already_out() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let token = app.app_token(&client).await;
    assert_eq!(app.proxy_status(&token).await, 200);
    app.change(&owner, &client.app_id, &json!({"allowed_scopes": ["routix:orders:read"]})).await.expect(204);
    let refused = app.accounts(&token, &app.world.branch.public_id).await;
    assert_eq!(refused.failure(), (403, "insufficient_scope".to_owned()));
    assert_eq!(app.credentials(&client, &client.secret).await.expect(200).json()["scope"], "routix:orders:read");
}
