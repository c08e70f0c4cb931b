//! A manager who is limited to some branches cannot get at others through an app.

use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use serde_json::json;
use uuid::Uuid;

use crate::http::app::{ROTATE, TestApp, registration};
use crate::http::client::answer;
use crate::http::world::{Actor, origin};

/// The admin, limited to one branch, and his token.
async fn limited_admin() -> (TestApp, String, Uuid) {
    let app = TestApp::start().await;
    let own = app.world.branch.id;
    let member = (app.world.organization, Actor::Admin.id());
    let only = Some(BranchRestriction::Only(vec![own]));
    app.commands.change_member(member, Some(Role::Admin), only, &origin()).await.unwrap();
    let token = app.sign_in(Actor::Admin).await;
    (app, token, own)
}

#[tokio::test]
async fn he_registers_apps_for_his_own_branches_only() {
    let (app, token, own) = limited_admin().await;
    for branches in [json!([]), json!([app.world.other_branch.id]), json!([own, app.world.other_branch.id])] {
        let mut body = registration();
        body["allowed_branch_ids"] = branches.clone();
        let refused = app.register(&token, &body).await;
        assert_eq!(refused.failure(), (403, "forbidden".to_owned()), "{branches}");
    }
    let mut body = registration();
    body["allowed_branch_ids"] = json!([own]);
    app.register(&token, &body).await.expect(201);
}

#[tokio::test]
async fn he_neither_rotates_nor_changes_an_app_that_reaches_further() {
    let (app, token, own) = limited_admin().await;
    let owner = app.sign_in(Actor::Owner).await;
    let everywhere = app.new_app(&owner, json!({})).await;
    let refused = answer(app.post(ROTATE).bearer_auth(&token).json(&json!({"oauth_app_id": everywhere.app_id}))).await;
    assert_eq!(refused.failure(), (403, "forbidden".to_owned()));
    let refused = app.change(&token, &everywhere.app_id, &json!({"name": "Mine"})).await;
    assert_eq!(refused.failure(), (403, "forbidden".to_owned()));
    app.credentials(&everywhere, &everywhere.secret).await.expect(200);
    let his = app.new_app(&owner, json!({"allowed_branch_ids": [own]})).await;
    app.change(&token, &his.app_id, &json!({"name": "Mine"})).await.expect(204);
    let widened = app.change(&token, &his.app_id, &json!({"allowed_branch_ids": []})).await;
    assert_eq!(widened.failure(), (403, "forbidden".to_owned()));
    app.rotate(&token, &json!({"oauth_app_id": his.app_id})).await.expect(200);
}

#[tokio::test]
async fn who_manages_nothing_reads_neither_apps_nor_their_history() {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let history = format!("/rest/v1/oauth_apps/{}/events", client.app_id);
    for actor in [Actor::Member, Actor::Viewer] {
        let token = app.sign_in(actor).await;
        for path in ["/rest/v1/oauth_apps", &history] {
            let refused = app.get(path, &token).await;
            assert_eq!(refused.failure(), (403, "forbidden".to_owned()), "{actor:?} {path}");
        }
    }
}

#[tokio::test]
async fn he_sees_the_apps_that_he_manages_and_no_others() {
    let (app, token, own) = limited_admin().await;
    let owner = app.sign_in(Actor::Owner).await;
    app.new_app(&owner, json!({})).await;
    let his = app.new_app(&owner, json!({"allowed_branch_ids": [own]})).await;
    let rows = app.get("/rest/v1/oauth_apps?select=id", &token).await.expect(200).json();
    assert_eq!(rows, json!([{"id": his.app_id}]));
}
