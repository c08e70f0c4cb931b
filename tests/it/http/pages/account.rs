//! One's own sessions.

use chrono::TimeDelta;

use crate::http::app::{TestApp, text};
use crate::http::browser::Browser;
use crate::http::world::{Actor, PASSWORD};

#[tokio::test]
async fn the_account_shows_where_one_is_signed_in() {
    let app = TestApp::start().await;
    app.password(Actor::Owner.email(), PASSWORD).await.expect(200);
    app.clock.advance(TimeDelta::minutes(2));
    let (here, there, stranger) = (Browser::new(&app), Browser::new(&app), Browser::new(&app));
    there.sign_in(Actor::Owner).await;
    stranger.sign_in(Actor::Admin).await;
    app.clock.advance(TimeDelta::minutes(2));
    here.sign_in(Actor::Owner).await;
    let page = here.get("/account").await.expect(200);
    let words = page.words();
    assert_eq!(words.matches("Browser: Firefox, Linux").count(), 2, "{words}");
    assert_eq!(words.matches("Program, through the API").count(), 1, "{words}");
    assert_eq!(page.text.matches("<span class=\"badge\">this session</span>").count(), 1, "{}", page.text);
    assert_eq!(words.matches("127.0.0.1").count(), 3, "{words}");
    for moment in ["1 March 2026, 12:00 UTC", "1 March 2026, 12:02 UTC", "1 March 2026, 12:04 UTC"] {
        assert!(words.contains(moment), "{words}");
    }
    app.clock.advance(TimeDelta::minutes(29));
    let page = here.get("/account").await.expect(200);
    assert_eq!(page.words().matches("Browser: Firefox").count(), 1, "one that is silent for too long is no session");
}

#[tokio::test]
async fn one_session_is_ended_and_the_others_go_on() {
    let app = TestApp::start().await;
    let (here, there) = (Browser::new(&app), Browser::new(&app));
    there.sign_in(Actor::Owner).await;
    let api = app.password(Actor::Owner.email(), PASSWORD).await.expect(200).json();
    app.clock.advance(TimeDelta::minutes(1));
    here.sign_in(Actor::Owner).await;
    let page = here.get("/account").await.expect(200);
    let id = page_session(&page.text, "Browser: Firefox, Linux</h3>");
    let ended = here.submit(&page, &format!("end-{id}"), &[]).await.expect(303);
    here.follow(&ended).await.expect(200).expect_words("The session has ended.");
    assert!(!there.is_signed_in().await);
    assert!(here.is_signed_in().await);
    app.get("/auth/v1/user", &text(&api["access_token"])).await.expect(200);
}

/// The id in the form that follows a heading.
fn page_session(html: &str, heading: &str) -> String {
    let (_, after) = html.split_once(heading).unwrap_or_else(|| panic!("no {heading}: {html}"));
    let (_, id) = after.split_once("name=\"session_id\" value=\"").unwrap();
    id.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn all_other_sessions_are_ended_at_once() {
    let app = TestApp::start().await;
    let (here, there, stranger) = (Browser::new(&app), Browser::new(&app), Browser::new(&app));
    there.sign_in(Actor::Owner).await;
    stranger.sign_in(Actor::Admin).await;
    let api = app.password(Actor::Owner.email(), PASSWORD).await.expect(200).json();
    here.sign_in(Actor::Owner).await;
    let page = here.get("/account").await.expect(200);
    let ended = here.submit(&page, "end-others", &[]).await.expect(303);
    let page = here.follow(&ended).await.expect(200).expect_words("All your other sessions have ended.");
    assert!(!page.text.contains("end-others"), "there is nothing more to end");
    assert!(!there.is_signed_in().await && stranger.is_signed_in().await);
    app.get("/auth/v1/user", &text(&api["access_token"])).await.expect(401);
    app.refresh(&text(&api["refresh_token"])).await.expect(400);
}

#[tokio::test]
async fn nobody_ends_the_session_of_another() {
    let app = TestApp::start().await;
    let (mine, theirs) = (Browser::new(&app), Browser::new(&app));
    theirs.sign_in(Actor::Admin).await;
    let second = Browser::new(&app);
    second.sign_in(Actor::Admin).await;
    let their_page = theirs.get("/account").await.expect(200);
    let foreign_id = page_session(&their_page.text, "Browser: Firefox, Linux</h3>");
    mine.sign_in(Actor::Owner).await;
    let other = Browser::new(&app);
    other.sign_in(Actor::Owner).await;
    let page = mine.get("/account").await.expect(200);
    let own_id = page_session(&page.text, "Browser: Firefox, Linux</h3>");
    mine.submit(&page, &format!("end-{own_id}"), &[("session_id", &foreign_id)]).await.expect(303);
    assert!(second.is_signed_in().await && other.is_signed_in().await);
    mine.submit(&page, &format!("end-{own_id}"), &[("session_id", "x")]).await.expect(400);
}

#[tokio::test]
async fn the_password_is_changed_and_whoever_knew_the_old_one_is_out() {
    const NEW: &str = "four words in a row";
    let app = TestApp::start().await;
    let (here, there) = (Browser::new(&app), Browser::new(&app));
    here.sign_in(Actor::Owner).await;
    there.sign_in(Actor::Owner).await;
    let page = here.get("/account").await.expect(200);
    let change =
        async |old, new| here.submit(&page, "change-password", &[("password", old), ("new_password", new)]).await;
    change("wrong", NEW).await.expect(403).expect_words("This is not your password.");
    change(PASSWORD, "short").await.expect(400).expect_words("10 to 256 characters");
    assert!(there.is_signed_in().await, "nothing has changed");
    let out = change(PASSWORD, NEW).await.expect(303);
    assert_eq!(out.header("clear-site-data"), "\"cache\"");
    let sign_in = here.follow(&out).await.expect(200).expect_words("Sign in with the new one.");
    assert!(!here.is_signed_in().await && !there.is_signed_in().await);
    here.sign_in_at(&sign_in, Actor::Owner.email(), PASSWORD).await.expect(401);
    here.sign_in_at(&sign_in, Actor::Owner.email(), NEW).await.expect(303);
    assert!(here.is_signed_in().await);
}
