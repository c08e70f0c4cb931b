//! Signing in and out at the page.

use chrono::TimeDelta;

use crate::http::app::TestApp;
use crate::http::browser::Browser;
use crate::http::world::{Actor, PASSWORD};

const COOKIE: &str = "routix_session";

#[tokio::test]
async fn a_person_signs_in_and_out() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    let asked = browser.get("/account").await.expect(303);
    assert_eq!(asked.location(), "/sign-in?return_to=%2Faccount");
    let page = browser.follow(&asked).await.expect(200);
    let signed_in = browser.sign_in_at(&page, Actor::Owner.email(), PASSWORD).await.expect(303);
    assert_eq!((signed_in.location(), signed_in.header("cache-control")), ("/account", "no-store"));
    let account = browser.follow(&signed_in).await.expect(200);
    let account = account.expect_words("Owner Jansen").expect_words(Actor::Owner.email());
    let out = browser.submit(&account, "sign-out", &[]).await.expect(303);
    assert_eq!(out.location(), "/sign-in");
    assert_eq!(out.header("set-cookie"), "routix_session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    assert_eq!(browser.cookie(COOKIE), None);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn the_cookie_is_as_safe_as_the_way_allows() {
    let app = TestApp::start().await;
    let local = Browser::new(&app);
    let set = local.sign_in(Actor::Owner).await;
    let token = local.cookie(COOKIE).unwrap();
    assert_eq!(token.len(), 43);
    assert_eq!(set.header("set-cookie"), format!("{COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/"));
    let app = TestApp::start_with(|config| config.public_url = Some("https://api.example.com".to_owned())).await;
    let public = Browser::new(&app);
    let set = public.sign_in(Actor::Owner).await;
    let token = public.cookie("__Host-routix_session").unwrap();
    let secure = format!("__Host-routix_session={token}; Secure; HttpOnly; SameSite=Lax; Path=/");
    assert_eq!(set.header("set-cookie"), secure);
    assert!(public.is_signed_in().await);
}

#[tokio::test]
async fn every_refusal_reads_the_same_and_keeps_what_was_typed() {
    let app = TestApp::start().await;
    app.identity.disable_user(Actor::Member.id(), app.clock.system().now()).await.unwrap();
    let browser = Browser::new(&app);
    let page = browser.get("/sign-in?return_to=/account%3Fdone%3Dothers").await.expect(200);
    let mut texts = std::collections::BTreeSet::new();
    for (email, password) in [
        (Actor::Owner.email(), "wrong horse battery"),
        ("nobody@one.example", PASSWORD),
        (Actor::Member.email(), PASSWORD),
        ("", ""),
    ] {
        let refused = browser.sign_in_at(&page, email, password).await.expect(401);
        assert_eq!(refused.field("sign-in", "email"), email);
        assert_eq!(refused.field("sign-in", "password"), "");
        assert_eq!(refused.field("sign-in", "return_to"), "/account?done=others");
        assert!(refused.text.contains(r#"<p id="problem">"#) && refused.text.contains(r#"aria-describedby="problem""#));
        assert_eq!(refused.header("set-cookie"), "");
        texts.insert(refused.words());
    }
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts.first().unwrap().contains("The e-mail address or the password is wrong."));
}

#[tokio::test]
async fn each_sign_in_has_a_token_of_its_own_and_ends_the_one_before() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    let planted = "A".repeat(43);
    browser.set_cookie(COOKIE, &planted);
    browser.sign_in(Actor::Owner).await;
    let first = browser.cookie(COOKIE).unwrap();
    assert_ne!(first, planted);
    browser.sign_in(Actor::Owner).await;
    let second = browser.cookie(COOKIE).unwrap();
    assert_ne!(first, second);
    assert!(browser.is_signed_in().await);
    for dead in [first, planted] {
        browser.set_cookie(COOKIE, &dead);
        assert!(!browser.is_signed_in().await);
    }
}

#[tokio::test]
async fn a_refused_sign_in_ends_nothing() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    browser.sign_in(Actor::Owner).await;
    let page = browser.get("/sign-in").await.expect(200);
    browser.sign_in_at(&page, Actor::Admin.email(), "wrong horse battery").await.expect(401);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn page_and_api_count_failures_together() {
    let app = TestApp::start_with(|config| config.failure_limit = 4).await;
    let browser = Browser::new(&app);
    let page = browser.get("/sign-in").await.expect(200);
    for _ in 0..2 {
        app.password(Actor::Owner.email(), "wrong horse battery").await.expect(400);
        browser.sign_in_at(&page, " OWNER@one.example", "wrong horse battery").await.expect(401);
    }
    assert_eq!(app.password(Actor::Owner.email(), PASSWORD).await.failure(), (429, "rate_limited".to_owned()));
    let refused = browser.sign_in_at(&page, Actor::Owner.email(), PASSWORD).await.expect(429);
    assert_eq!((refused.header("retry-after"), refused.header("set-cookie")), ("60", ""));
    refused.expect_words("Wait a minute");
    browser.sign_in(Actor::Admin).await;
    app.clock.advance(TimeDelta::seconds(60));
    browser.sign_in(Actor::Owner).await;
}

#[tokio::test]
async fn the_token_is_stored_nowhere_and_opens_nothing_else() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    browser.sign_in(Actor::Owner).await;
    let token = browser.cookie(COOKIE).unwrap();
    app.get("/auth/v1/user", &token).await.expect(401);
    app.refresh(&token).await.expect(400);
    assert_eq!(app.place.traces(&token), Vec::<String>::new());
}
