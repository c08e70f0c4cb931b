//! Consents of an organization: who sees them, and that withdrawing ends what rests on them.

use super::desk::{app_path, consented, path, registered};
use crate::http::app::TestApp;
use crate::http::browser::FROM_OUR_PAGE;
use crate::http::code_flow::signed_in;
use crate::http::world::{Actor, PASSWORD};

#[tokio::test]
async fn an_admin_withdraws_the_consent_of_somebody_and_its_token_ends() {
    let app = TestApp::start().await;
    let client = registered(&app).await;
    let token = consented(&app, &client, Actor::Member).await;
    let branch = app.world.branch.public_id.clone();
    app.accounts(&token, &branch).await.expect(200);
    let admin = signed_in(&app, Actor::Admin).await;
    let page = admin.get(&path(&app, "/consents")).await.expect(200).expect_words("Member Jansen");
    let done = admin.submit(&page, &path(&app, "/consents/withdraw"), &[]).await.expect(303);
    admin.follow(&done).await.expect(200).expect_words("Withdrawn.").expect_words("No consents");
    app.accounts(&token, &branch).await.expect(401);
}

#[tokio::test]
async fn who_manages_nothing_sees_his_own_consents_only() {
    let app = TestApp::start().await;
    let client = registered(&app).await;
    consented(&app, &client, Actor::Member).await;
    let member = signed_in(&app, Actor::Member).await;
    let page = member.get(&path(&app, "/consents")).await.expect(200).expect_words("Member Jansen");
    let viewer = signed_in(&app, Actor::Viewer).await;
    let other = viewer.get(&path(&app, "/consents")).await.expect(200).expect_words("No consents");
    assert!(!other.words().contains("Member Jansen"));
    // The id of another's consent is worth nothing to him.
    consented(&app, &client, Actor::Viewer).await;
    let own = viewer.get(&path(&app, "/consents")).await.expect(200);
    let action = path(&app, "/consents/withdraw");
    let foreign = page.field(&action, "consent_id");
    let token = own.field(&action, "form_token");
    let fields = [("form_token", token), ("consent_id", foreign)];
    viewer.post(&action, &fields, &FROM_OUR_PAGE).await.expect(404);
    member.get(&path(&app, "/consents")).await.expect(200).expect_words("Member Jansen");
    member.submit(&page, &action, &[]).await.expect(303);
}

#[tokio::test]
async fn all_consents_to_an_app_end_together_with_the_password() {
    let app = TestApp::start().await;
    let client = registered(&app).await;
    let tokens = [consented(&app, &client, Actor::Member).await, consented(&app, &client, Actor::Viewer).await];
    let branch = app.world.branch.public_id.clone();
    let all = app_path(&app, &client, "/consents/withdraw-all");
    let owner = signed_in(&app, Actor::Owner).await;
    let page = owner.get(&all).await.expect(200).expect_words("2 consents end at once");
    owner.submit(&page, "withdraw-all", &[("password", "wrong")]).await.expect(403);
    app.accounts(&tokens[1], &branch).await.expect(200);
    let done = owner.submit(&page, "withdraw-all", &[("password", PASSWORD)]).await.expect(303);
    owner.follow(&done).await.expect(200).expect_words("Nobody lets this app act");
    for token in &tokens {
        app.accounts(token, &branch).await.expect(401);
    }
}
