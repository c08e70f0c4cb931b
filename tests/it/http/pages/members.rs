//! The members of an organization, and what is changed about them.

use super::desk::{consented, path, registered};
use crate::http::app::TestApp;
use crate::http::browser::FROM_OUR_PAGE;
use crate::http::code_flow::signed_in;
use crate::http::world::{Actor, PASSWORD};

fn member(app: &TestApp, actor: Actor) -> String {
    path(app, &format!("/members/{}", actor.id()))
}

#[tokio::test]
async fn everybody_sees_the_members_and_only_managers_their_addresses() {
    let app = TestApp::start().await;
    for (actor, sees) in [(Actor::Owner, true), (Actor::Admin, true), (Actor::Member, false), (Actor::Viewer, false)] {
        let page = signed_in(&app, actor).await.get(&path(&app, "/members")).await.expect(200);
        let page = page.expect_words("Owner Jansen").expect_words("Viewer Jansen");
        assert_eq!(page.words().contains(Actor::Owner.email()), sees, "{actor:?}");
    }
}

#[tokio::test]
async fn a_new_role_counts_at_once() {
    let app = TestApp::start().await;
    let (owner, viewer) = (signed_in(&app, Actor::Owner).await, signed_in(&app, Actor::Viewer).await);
    viewer.get(&path(&app, "/apps/new")).await.expect(403);
    let page = owner.get(&member(&app, Actor::Viewer)).await.expect(200);
    owner.submit(&page, "role", &[("role", "admin"), ("password", "wrong")]).await.expect(403);
    viewer.get(&path(&app, "/apps/new")).await.expect(403);
    owner.submit(&page, "role", &[("role", "admin"), ("password", PASSWORD)]).await.expect(303);
    viewer.get(&path(&app, "/apps/new")).await.expect(200);
    // The page is of a viewer, who he is no more.
    let stale = owner.submit(&page, "role", &[("role", "member"), ("password", PASSWORD)]).await.expect(409);
    stale.expect_words("Somebody else changed this meanwhile.");
}

#[tokio::test]
async fn who_is_removed_is_out_with_everything_that_he_let_apps_do() {
    let app = TestApp::start().await;
    let token = consented(&app, &registered(&app).await, Actor::Member).await;
    let (owner, out) = (signed_in(&app, Actor::Owner).await, signed_in(&app, Actor::Member).await);
    let page = owner.get(&member(&app, Actor::Member)).await.expect(200);
    owner.submit(&page, "remove", &[("password", PASSWORD)]).await.expect(303);
    out.get(&path(&app, "/apps")).await.expect(404);
    app.accounts(&token, &app.world.branch.public_id).await.expect(401);
}

#[tokio::test]
async fn nobody_makes_himself_or_another_more_than_he_may() {
    let app = TestApp::start().await;
    let admin = signed_in(&app, Actor::Admin).await;
    admin.get(&member(&app, Actor::Owner)).await.expect(403);
    let page = admin.get(&member(&app, Actor::Admin)).await.expect(200);
    assert!(!page.text.contains("value=\"owner\""));
    let mut fields = page.form("role").fields;
    fields.retain(|(name, _)| name != "role" && name != "password");
    fields.extend([("role", "owner"), ("password", PASSWORD)].map(|(name, value)| (name.to_owned(), value.to_owned())));
    let action = page.form("role").action;
    admin.post(&action, &fields, &FROM_OUR_PAGE).await.expect(400);
    let forged = action.replace(&Actor::Admin.id().to_string(), &Actor::Owner.id().to_string());
    admin.post(&forged, &fields, &FROM_OUR_PAGE).await.expect(403);
    for actor in [Actor::Member, Actor::Viewer] {
        signed_in(&app, actor).await.get(&member(&app, actor)).await.expect(403);
    }
}

#[tokio::test]
async fn the_last_owner_stays() {
    let app = TestApp::start().await;
    let owner = signed_in(&app, Actor::Owner).await;
    let page = owner.get(&member(&app, Actor::Owner)).await.expect(200);
    for (form, role) in [("role", Some(("role", "viewer"))), ("remove", None)] {
        let fields: Vec<_> = role.into_iter().chain([("password", PASSWORD)]).collect();
        let refused = owner.submit(&page, form, &fields).await.expect(409);
        refused.expect_words("Make somebody else an owner first.");
    }
    owner.get(&path(&app, "/apps/new")).await.expect(200);
}
