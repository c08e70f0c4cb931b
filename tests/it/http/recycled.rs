//! V21: what has ended comes back under none of its names. An id or a public id stands for one thing for ever, so that nothing
//! that was given out for it reaches what came later.

use routix_domain::value::BranchPublicId;
use serde_json::json;

use super::app::{APPS, TestApp};
use super::client::answer;
use super::world::{Actor, origin};

#[tokio::test]
async fn v21_a_closed_branchs_public_id_is_nobodys_ever_again() {
    let app = TestApp::start().await;
    let (owner, foreigner) = (app.sign_in(Actor::Owner).await, app.sign_in(Actor::Foreigner).await);
    let (own, foreign) = (app.new_app(&owner, json!({})).await, app.new_app(&foreigner, json!({})).await);
    let (token, foreign_token) = (app.app_token(&own).await, app.app_token(&foreign).await);
    let public_id = app.world.branch.public_id.clone();
    app.close_branch(app.world.branch.id).await;
    let wanted: BranchPublicId = public_id.parse().unwrap();
    for organization in [app.world.organization, app.world.foreign_organization] {
        let named = ("Rotterdam".to_owned(), Some(wanted.clone()));
        let id = app.clock.system().id();
        let opened = app.commands.open_branch(organization, id, named, &origin()).await;
        assert!(opened.is_err(), "{opened:?}");
    }
    for token in [&token, &foreign_token] {
        let refused = app.accounts(token, &public_id).await;
        assert_eq!(refused.failure(), (404, "branch_not_found".to_owned()));
    }
}

#[tokio::test]
async fn v21_what_is_made_again_under_its_old_name_has_a_new_id_and_nothing_of_the_old_one() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let first = app.new_app(&owner, json!({"name": "Twice"})).await;
    let token = app.app_token(&first).await;
    let cut = json!({"status": "revoked", "revoke_tokens": true});
    app.change(&owner, &first.app_id, &cut).await.expect(204);
    let second = app.new_app(&owner, json!({"name": "Twice"})).await;
    assert!(first.app_id != second.app_id && first.client_id != second.client_id && first.secret != second.secret);
    assert_eq!([app.proxy_status(&token).await, app.proxy_status(&app.app_token(&second).await).await], [401, 200]);
    app.credentials(&first, &first.secret).await.expect(401);
    // Nobody removes an app: what it did is still told under its id.
    let removed = app.request(reqwest::Method::DELETE, &format!("{APPS}?id=eq.{}", first.app_id)).bearer_auth(&owner);
    assert_eq!(answer(removed).await.status, 405);
    let branch = app.clock.system().id();
    let named = ("Venlo".to_owned(), None);
    let opened = app.commands.open_branch(app.world.organization, branch, named, &origin()).await.unwrap();
    assert_ne!(opened.public_id.to_string(), app.world.other_branch.public_id);
}
