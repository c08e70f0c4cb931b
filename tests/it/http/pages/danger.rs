//! Rotating, revoking, cutting off and reactivating: each said before, each with the password, each at once.

use chrono::TimeDelta;

use super::apps::secret_in;
use super::desk::{app_path, head, registered};
use crate::http::app::{Registered, TestApp};
use crate::http::browser::{Browser, Page};
use crate::http::code_flow::signed_in;
use crate::http::world::{Actor, PASSWORD};

async fn opened(app: &TestApp, owner: &Browser, registered: &Registered, what: &str) -> Page {
    let rest = if what.is_empty() { String::new() } else { format!("/{what}") };
    owner.get(&app_path(app, registered, &rest)).await.expect(200)
}

async fn gets_a_token(app: &TestApp, registered: &Registered, secret: &str) -> bool {
    let status = app.credentials(registered, secret).await.status;
    assert!(matches!(status, 200 | 401), "{status}");
    status == 200
}

#[tokio::test]
async fn a_rotation_shows_the_new_secret_and_the_old_one_is_refused() {
    let app = TestApp::start().await;
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    let page = opened(&app, &owner, &registered, "rotate").await;
    let shown = owner.submit(&page, "rotate", &[("password", PASSWORD)]).await.expect(200);
    let shown = shown.expect_words("has stopped working");
    let new = secret_in(&shown).unwrap();
    assert!(!gets_a_token(&app, &registered, &registered.secret).await);
    assert!(gets_a_token(&app, &registered, &new).await);

    // The same form again, as a double click sends it: the first rotation stands, and its secret is not rotated away.
    let again = owner.submit(&page, "rotate", &[("password", PASSWORD)]).await.expect(409);
    assert_eq!(secret_in(&again.expect_words("You have done this already")), None);
    assert!(gets_a_token(&app, &registered, &new).await);
}

#[tokio::test]
async fn an_overlap_is_told_and_can_be_ended() {
    let app = TestApp::start().await;
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    let page = opened(&app, &owner, &registered, "rotate").await;
    let shown = owner.submit(&page, "rotate", &[("password", PASSWORD), ("overlap", "3600")]).await.expect(200);
    let new = secret_in(&shown.expect_words("works until 1 March 2026, 13:00 UTC")).unwrap();
    assert!(gets_a_token(&app, &registered, &registered.secret).await);
    let page = opened(&app, &owner, &registered, "").await;
    let ended = owner.submit(&page, "end-overlap", &[]).await.expect(303);
    let page = owner.follow(&ended).await.expect(200).expect_words("Only the newest secret works.");
    assert!(!page.text.contains("id=\"end-overlap\""));
    assert!(!gets_a_token(&app, &registered, &registered.secret).await);
    assert!(gets_a_token(&app, &registered, &new).await);
    // Sent again, it is what was wanted.
    let page = opened(&app, &owner, &registered, "rotate").await;
    owner.submit(&page, "rotate", &[("password", PASSWORD), ("overlap", "86400")]).await.expect(200);
    app.clock.advance(TimeDelta::days(2));
    signed_in(&app, Actor::Owner).await.get(&app_path(&app, &registered, "")).await.expect(200);
}

#[tokio::test]
async fn without_the_password_nothing_dangerous_happens() {
    let app = TestApp::start().await;
    app.nodes.stay_on_one();
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    let before = head(&app).await;
    for what in ["rotate", "revoke", "cut-off"] {
        let page = opened(&app, &owner, &registered, what).await;
        for wrong in ["", "not the password"] {
            let refused = owner.submit(&page, what, &[("password", wrong)]).await.expect(403);
            refused.expect_words("This is not your password. Try again.");
        }
    }
    assert_eq!(head(&app).await, before);
    let page = opened(&app, &owner, &registered, "revoke").await;
    for _ in 0..20 {
        owner.submit(&page, "revoke", &[("password", "guess")]).await;
    }
    let refused = owner.submit(&page, "revoke", &[("password", PASSWORD)]).await.expect(429);
    refused.expect_words("Wait a minute");
    assert_eq!(head(&app).await, before, "an open browser is no place to guess in");
}

#[tokio::test]
async fn revoked_cut_off_and_reactivated_as_the_page_says() {
    let app = TestApp::start().await;
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    let branch = app.world.branch.public_id.clone();
    let token = app.app_token(&registered).await;
    let call = format!("/functions/v1/api/v1/{branch}/accounts");
    let confirm = [("password", PASSWORD)];

    let page = opened(&app, &owner, &registered, "revoke").await.expect_words("work to their end, 1 hour at most");
    let done = owner.submit(&page, "revoke", &confirm).await.expect(303);
    owner.follow(&done).await.expect(200).expect_words("Revoked. The app gets no new tokens.");
    assert!(!gets_a_token(&app, &registered, &registered.secret).await);
    app.get(&call, &token).await.expect(200);
    owner.get(&app_path(&app, &registered, "/revoke")).await.expect(303);

    let page = opened(&app, &owner, &registered, "cut-off").await;
    owner.submit(&page, "cut-off", &confirm).await.expect(303);
    app.get(&call, &token).await.expect(401);

    let page = opened(&app, &owner, &registered, "reactivate").await;
    owner.submit(&page, "reactivate", &confirm).await.expect(303);
    assert!(gets_a_token(&app, &registered, &registered.secret).await);
    app.get(&call, &token).await.expect(401);
}

#[tokio::test]
async fn a_confirmation_of_what_is_not_so_any_more_does_nothing() {
    let app = TestApp::start().await;
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    let page = opened(&app, &owner, &registered, "revoke").await;
    let form = owner.get(&app_path(&app, &registered, "/edit")).await.expect(200);
    owner.submit(&form, "edit-app", &[("name", "Renamed meanwhile")]).await.expect(303);
    let before = head(&app).await;
    let refused = owner.submit(&page, "revoke", &[("password", PASSWORD)]).await.expect(409);
    assert_eq!(head(&app).await, before);
    let refused = refused.expect_words("Somebody else changed this meanwhile.").expect_words("Renamed meanwhile");
    owner.submit(&refused, "revoke", &[("password", PASSWORD)]).await.expect(303);
}

#[tokio::test]
async fn a_rotation_that_came_twice_is_told_as_what_it_is() {
    let app = TestApp::start().await;
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    let page = opened(&app, &owner, &registered, "rotate").await;
    owner.submit(&page, "rotate", &[("password", PASSWORD)]).await.expect(200);
    let again = owner.submit(&page, "rotate", &[("password", PASSWORD)]).await.expect(409);
    again.expect_words("You have done this already, with this form");
}

#[tokio::test]
async fn an_overlap_is_ended_as_it_was_seen_or_not_at_all() {
    let app = TestApp::start().await;
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    let overlap = [("password", PASSWORD), ("overlap", "3600")];
    let page = opened(&app, &owner, &registered, "rotate").await;
    let second = secret_in(&owner.submit(&page, "rotate", &overlap).await.expect(200)).unwrap();
    let stale = opened(&app, &owner, &registered, "").await;
    let page = opened(&app, &owner, &registered, "rotate").await;
    owner.submit(&page, "rotate", &overlap).await.expect(200);
    let refused = owner.submit(&stale, "end-overlap", &[]).await.expect(303);
    owner.follow(&refused).await.expect(200).expect_words("Somebody else changed this meanwhile.");
    assert!(gets_a_token(&app, &registered, &second).await, "the secret in its overlap is another one by now");
}

#[tokio::test]
async fn a_wrong_password_does_not_renew_what_was_seen() {
    let app = TestApp::start().await;
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    for what in ["revoke", "rotate"] {
        let page = opened(&app, &owner, &registered, what).await;
        let form = owner.get(&app_path(&app, &registered, "/edit")).await.expect(200);
        owner.submit(&form, "edit-app", &[("description", what)]).await.expect(303);
        let refused = owner.submit(&page, what, &[("password", "wrong")]).await.expect(403);
        let told = owner.submit(&refused, what, &[("password", PASSWORD)]).await.expect(409);
        told.expect_words("Somebody else changed this meanwhile.");
    }
}
