//! The members of an organization, and what is changed about them.

use routix::commands::CommandError;
use routix::commands::members::MemberSeen;
use routix_domain::organization::Role;

use super::desk::{consented, path, registered};
use crate::http::app::TestApp;
use crate::http::browser::FROM_OUR_PAGE;
use crate::http::code_flow::signed_in;
use crate::http::world::{Actor, PASSWORD, origin};

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

#[tokio::test]
async fn who_was_overtaken_changes_nobody_whatever_his_page_said() {
    let app = TestApp::start().await;
    let (organization, viewer) = (app.world.organization, Actor::Viewer.id());
    let ids = (organization, viewer);
    let seen = |by: Actor, role| MemberSeen { by: by.id(), role };
    // What an admin decided about a viewer is not done to the owner that the viewer has become.
    app.commands.change_member(ids, Some(Role::Owner), None, &origin()).await.unwrap();
    let demoted = app.commands.change_role_as(ids, seen(Actor::Admin, Role::Viewer), Role::Member, &origin()).await;
    assert!(matches!(demoted, Err(CommandError::Conflict)), "{demoted:?}");
    // Nor by an admin who knows that he is one, nor by one who is none any more.
    let removed = app.commands.remove_member_as(ids, seen(Actor::Admin, Role::Owner), &origin()).await;
    assert!(matches!(removed, Err(CommandError::Conflict)), "{removed:?}");
    let admin = (organization, Actor::Admin.id());
    app.commands.change_member(admin, Some(Role::Member), None, &origin()).await.unwrap();
    let member = (organization, Actor::Member.id());
    let late = app.commands.change_role_as(member, seen(Actor::Admin, Role::Member), Role::Viewer, &origin()).await;
    assert!(matches!(late, Err(CommandError::Conflict)), "{late:?}");
    app.commands.change_role_as(ids, seen(Actor::Owner, Role::Owner), Role::Viewer, &origin()).await.unwrap();
}

#[tokio::test]
async fn in_a_race_no_admin_unmakes_an_owner() {
    let app = TestApp::start().await;
    let (owner, admin) = (signed_in(&app, Actor::Owner).await, signed_in(&app, Actor::Admin).await);
    let ids = (app.world.organization, Actor::Viewer.id());
    for _ in 0..10 {
        app.commands.change_member(ids, Some(Role::Viewer), None, &origin()).await.unwrap();
        let pages = (
            owner.get(&member(&app, Actor::Viewer)).await.expect(200),
            admin.get(&member(&app, Actor::Viewer)).await.expect(200),
        );
        let (made, unmade) = tokio::join!(
            owner.submit(&pages.0, "role", &[("role", "owner"), ("password", PASSWORD)]),
            admin.submit(&pages.1, "role", &[("role", "member"), ("password", PASSWORD)]),
        );
        // Whoever was second is told; that the owner was second and made a member an owner is no harm.
        assert!([made.status, unmade.status].contains(&303), "{} {}", made.status, unmade.status);
        if made.status == 303 && unmade.status == 303 {
            owner.get(&path(&app, "/members")).await.expect(200);
            panic!("an admin changed an owner, or an owner a role that he had not seen");
        }
    }
}
