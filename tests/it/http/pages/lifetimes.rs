//! When a browser is signed out without asking for it.

use chrono::TimeDelta;

use crate::http::app::TestApp;
use crate::http::browser::Browser;
use crate::http::world::{Actor, PASSWORD};

#[tokio::test]
async fn half_an_hour_of_silence_ends_it() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    browser.sign_in(Actor::Owner).await;
    for _ in 0..3 {
        app.clock.advance(TimeDelta::minutes(30) - TimeDelta::seconds(1));
        assert!(browser.is_signed_in().await);
    }
    app.clock.advance(TimeDelta::minutes(30));
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn half_a_day_ends_it_however_busy_it_was() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    browser.sign_in(Actor::Owner).await;
    for _ in 0..47 {
        app.clock.advance(TimeDelta::minutes(15));
        assert!(browser.is_signed_in().await);
    }
    app.clock.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    assert!(browser.is_signed_in().await);
    app.clock.advance(TimeDelta::seconds(1));
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    browser.sign_in(Actor::Member).await;
    app.identity.disable_user(Actor::Member.id(), app.clock.system().now()).await.unwrap();
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_new_password_ends_it() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    browser.sign_in(Actor::Owner).await;
    let now = app.clock.system().now();
    let hash = app.identity.user(Actor::Owner.id()).await.unwrap().unwrap().password_hash;
    app.identity.set_password(Actor::Owner.id(), hash, now).await.unwrap();
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_restart_does_not() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    browser.sign_in(Actor::Owner).await;
    let token = browser.cookie("routix_session").unwrap();
    let app = app.restart().await;
    let browser = Browser::new(&app);
    browser.set_cookie("routix_session", &token);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn a_doubled_cookie_is_nobodys() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    browser.sign_in(Actor::Owner).await;
    let token = browser.cookie("routix_session").unwrap();
    browser.set_cookie("routix_session", &format!("{token}; routix_session={token}"));
    assert!(!browser.is_signed_in().await);
    app.password(Actor::Owner.email(), PASSWORD).await.expect(200);
}
