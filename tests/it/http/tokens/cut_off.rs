//! What a change to an app does to its tokens, those that come and those that are out.

use serde_json::{Value, json};

use crate::http::app::{Registered, TestApp, text};
use crate::http::jwt;
use crate::http::world::Actor;

async fn with_client(fields: Value) -> (TestApp, String, Registered) {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, fields).await;
    (app, owner, client)
}

#[tokio::test]
async fn a_revoked_app_gets_no_token_and_its_tokens_live_on() {
    let (app, owner, client) = with_client(json!({})).await;
    let token = app.app_token(&client).await;
    app.change(&owner, &client.app_id, &json!({"status": "revoked"})).await.expect(204);
    let refused = app.credentials(&client, &client.secret).await;
    assert_eq!(refused.failure(), (401, "invalid_client".to_owned()));
    assert_eq!(refused.json()["error_description"], "the app is revoked");
    let guessed = app.credentials(&client, "routix_x").await;
    assert_ne!(guessed.json()["error_description"], "the app is revoked", "only who knows the secret is told");
    assert_eq!(app.proxy_status(&token).await, 200);
    app.change(&owner, &client.app_id, &json!({"status": "active"})).await.expect(204);
    assert_eq!(app.proxy_status(&token).await, 200);
    app.credentials(&client, &client.secret).await.expect(200);
}

#[tokio::test]
async fn revoke_tokens_cuts_off_at_once_and_reactivation_revives_none() {
    let (app, owner, client) = with_client(json!({})).await;
    let old = app.app_token(&client).await;
    let cut = json!({"status": "revoked", "revoke_tokens": true});
    app.change(&owner, &client.app_id, &cut).await.expect(204);
    let refused = app.accounts(&old, &app.world.branch.public_id).await;
    assert_eq!(refused.failure(), (401, "invalid_token".to_owned()));
    app.change(&owner, &client.app_id, &json!({"status": "active"})).await.expect(204);
    let new = app.app_token(&client).await;
    assert_eq!([app.proxy_status(&old).await, app.proxy_status(&new).await], [401, 200]);
    let app = app.restart().await;
    assert_eq!([app.proxy_status(&old).await, app.proxy_status(&new).await], [401, 200]);
}

#[tokio::test]
async fn an_app_that_is_revoked_already_can_still_be_cut_off() {
    let (app, owner, client) = with_client(json!({})).await;
    let token = app.app_token(&client).await;
    app.change(&owner, &client.app_id, &json!({"status": "revoked"})).await.expect(204);
    assert_eq!(app.proxy_status(&token).await, 200);
    let cut = json!({"status": "revoked", "revoke_tokens": true});
    app.change(&owner, &client.app_id, &cut).await.expect(204);
    assert_eq!(app.proxy_status(&token).await, 401);
}

#[tokio::test]
async fn a_restriction_whose_last_branch_is_closed_means_none() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let only = app.world.other_branch.clone();
    let client = app.new_app(&owner, json!({"allowed_branch_ids": [only.id]})).await;
    let token = app.app_token(&client).await;
    assert_eq!(app.accounts(&token, &only.public_id).await.status, 200);
    app.close_branch(only.id).await;
    let (closed, other) = (&only.public_id, &app.world.branch.public_id);
    for token in [&token, &app.app_token(&client).await] {
        assert_eq!(app.accounts(token, closed).await.failure(), (404, "branch_not_found".to_owned()));
        assert_eq!(app.accounts(token, other).await.failure(), (403, "branch_access_denied".to_owned()));
        assert_eq!(jwt::claims(token)["oauth_branch_ids"], json!([only.id]), "never empty, which would mean all");
    }
    let granted = app.credentials(&client, &client.secret).await.expect(200).json();
    assert_eq!(granted["branch_ids"], json!([]), "none can be used");
    let row = app.get("/rest/v1/oauth_apps?select=allowed_branch_ids", &owner).await.expect(200).json();
    assert_eq!(row, json!([{"allowed_branch_ids": [only.id]}]));
}

#[tokio::test]
async fn a_changed_restriction_holds_for_tokens_already_out() {
    let (app, owner, client) = with_client(json!({})).await;
    let token = app.app_token(&client).await;
    let (branch, other) = (app.world.branch.clone(), app.world.other_branch.clone());
    assert_eq!(app.accounts(&token, &other.public_id).await.status, 200);
    app.change(&owner, &client.app_id, &json!({"allowed_branch_ids": [branch.id]})).await.expect(204);
    assert_eq!(app.accounts(&token, &branch.public_id).await.status, 200);
    assert_eq!(app.accounts(&token, &other.public_id).await.failure(), (403, "branch_access_denied".to_owned()));
    let granted = app.credentials(&client, &client.secret).await.expect(200).json();
    assert_eq!(granted["branch_ids"], json!([branch.id]));
    app.change(&owner, &client.app_id, &json!({"allowed_branch_ids": []})).await.expect(204);
    assert_eq!(app.accounts(&token, &other.public_id).await.status, 200);
}

#[tokio::test]
async fn a_branch_of_another_organization_does_not_exist() {
    let (app, _, client) = with_client(json!({})).await;
    let token = app.app_token(&client).await;
    let foreign = app.accounts(&token, &app.world.foreign_branch.public_id).await;
    let unknown = app.accounts(&token, "ZZZZZZZZ").await;
    assert_eq!(foreign.failure(), (404, "branch_not_found".to_owned()));
    assert_eq!(foreign.without_request_id(), unknown.without_request_id());
}

#[tokio::test]
async fn a_token_is_read_in_any_case_of_its_scheme() {
    let (app, _, client) = with_client(json!({})).await;
    let token = text(&app.credentials(&client, &client.secret).await.expect(200).json()["access_token"]);
    let path = format!("/api/v1/{}/accounts", app.world.branch.public_id);
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let request = app.request(reqwest::Method::GET, &path).header("authorization", format!("{scheme} {token}"));
        crate::http::client::answer(request).await.expect(200);
    }
    let without = crate::http::client::answer(app.request(reqwest::Method::GET, &path)).await;
    assert_eq!(without.failure(), (401, "invalid_token".to_owned()));
    let challenge = without.header("www-authenticate");
    assert!(challenge.starts_with("Bearer ") && !challenge.contains("error="), "{challenge}");
    assert!(challenge.contains("resource_metadata=\""), "{challenge}");
}
