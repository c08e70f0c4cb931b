//! A4: what changed since the token or the secret was given out counts at its next use.

use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use serde_json::json;

use crate::http::app::{APPS, TestApp, grant};
use crate::http::client::answer;
use crate::http::world::{Actor, origin};

#[tokio::test]
async fn a4_an_app_outlives_whoever_registered_it() {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Admin).await, json!({})).await;
    let token = app.app_token(&client).await;
    app.identity.disable_user(Actor::Admin.id(), app.clock.system().now()).await.unwrap();
    app.commands.remove_member((app.world.organization, Actor::Admin.id()), &origin()).await.unwrap();
    assert_eq!(app.proxy_status(&token).await, 200);
    app.credentials(&client, &client.secret).await.expect(200);
}

#[tokio::test]
async fn a4_a_promoted_member_manages_with_the_token_he_has() {
    let app = TestApp::start().await;
    let viewer = app.sign_in(Actor::Viewer).await;
    let body = crate::http::app::registration();
    app.register(&viewer, &body).await.expect(403);
    let member = (app.world.organization, Actor::Viewer.id());
    app.commands.change_member(member, Some(Role::Admin), None, &origin()).await.unwrap();
    app.register(&viewer, &body).await.expect(201);
}

#[tokio::test]
async fn a_member_limited_to_a_branch_sees_no_other() {
    let app = TestApp::start().await;
    let viewer = app.sign_in(Actor::Viewer).await;
    let only = BranchRestriction::Only(vec![app.world.branch.id]);
    let member = (app.world.organization, Actor::Viewer.id());
    app.commands.change_member(member, None, Some(only), &origin()).await.unwrap();
    let rows = app.get("/rest/v1/branches?select=public_id", &viewer).await.expect(200).json();
    assert_eq!(rows, json!([{"public_id": app.world.branch.public_id}]));
}

#[tokio::test]
async fn one_apps_cut_off_touches_no_other() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let (cut, kept) = (app.new_app(&owner, json!({})).await, app.new_app(&owner, json!({})).await);
    let (cut_token, kept_token) = (app.app_token(&cut).await, app.app_token(&kept).await);
    let body = json!({"status": "revoked", "revoke_tokens": true});
    app.change(&owner, &cut.app_id, &body).await.expect(204);
    assert_eq!([app.proxy_status(&cut_token).await, app.proxy_status(&kept_token).await], [401, 200]);
    let swapped = answer(app.post(crate::http::app::DOOR).json(&grant(&kept.client_id, &cut.secret))).await;
    assert_eq!(swapped.failure(), (401, "invalid_client".to_owned()), "a secret opens its own app only");
    let status = app.get(&format!("{APPS}?select=status&id=eq.{}", kept.app_id), &owner).await.expect(200).json();
    assert_eq!(status, json!([{"status": "active"}]));
}
