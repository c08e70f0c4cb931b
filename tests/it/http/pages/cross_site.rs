//! Forms that do not come from our own pages.

use crate::http::app::TestApp;
use crate::http::browser::{Browser, FROM_OUR_PAGE, Page};
use crate::http::world::{Actor, PASSWORD};

/// The doors that change something.
const DOORS: [&str; 4] = ["/sign-in", "/sign-out", "/account/sessions/end", "/account/sessions/end-others"];

/// What a right form would send to any of them.
fn fields(page: &Page) -> Vec<(&'static str, String)> {
    vec![
        ("email", Actor::Owner.email().to_owned()),
        ("password", PASSWORD.to_owned()),
        ("form_token", page.field("end-others", "form_token")),
        ("session_id", uuid::Uuid::nil().to_string()),
    ]
}

async fn signed_in(app: &TestApp) -> (Browser, Page) {
    Browser::new(app).sign_in(Actor::Owner).await;
    let browser = Browser::new(app);
    browser.sign_in(Actor::Owner).await;
    let page = browser.get("/account").await.expect(200);
    (browser, page)
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused_at_every_door() {
    let app = TestApp::start().await;
    let (browser, page) = signed_in(&app).await;
    let own = app.url("");
    for headers in [
        vec![],
        vec![("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        vec![("sec-fetch-site", "same-site"), ("origin", own.as_str())],
        vec![("sec-fetch-site", "none")],
        vec![("origin", "null")],
        vec![("origin", "https://evil.example")],
        vec![("origin", own.as_str()), ("origin", own.as_str())],
        vec![("referer", own.as_str())],
    ] {
        for door in DOORS {
            let refused = browser.post(door, &fields(&page), &headers).await.expect(403);
            assert_eq!(refused.header("set-cookie"), "", "{door} {headers:?}");
            refused.expect_words("This form was not sent from a page of ours");
        }
    }
    let page = browser.get("/account").await.expect(200);
    assert!(page.text.contains("end-others"), "no session was ended");
}

#[tokio::test]
async fn a_form_of_an_older_browser_is_known_by_its_origin() {
    let app = TestApp::start().await;
    let own = app.url("");
    let browser = Browser::new(&app);
    let fields = [("email", Actor::Owner.email()), ("password", PASSWORD)];
    browser.post("/sign-in", &fields, &[("origin", own.as_str())]).await.expect(303);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn behind_a_public_url_only_its_origin_counts() {
    let app = TestApp::start_with(|config| config.public_url = Some("https://api.example.com".to_owned())).await;
    let own = app.url("");
    let browser = Browser::new(&app);
    let fields = [("email", Actor::Owner.email()), ("password", PASSWORD)];
    browser.post("/sign-in", &fields, &[("origin", own.as_str())]).await.expect(403);
    browser.post("/sign-in", &fields, &[("origin", "https://api.example.com")]).await.expect(303);
}

#[tokio::test]
async fn the_token_of_another_session_or_form_is_refused() {
    let app = TestApp::start().await;
    let (browser, page) = signed_in(&app).await;
    let (_, foreign) = signed_in(&app).await;
    let sign_out = page.field("sign-out", "form_token");
    let end_others = page.field("end-others", "form_token");
    for (door, token) in [
        ("/sign-out", foreign.field("sign-out", "form_token")),
        ("/sign-out", end_others),
        ("/sign-out", String::new()),
        ("/account/sessions/end-others", foreign.field("end-others", "form_token")),
        ("/account/sessions/end-others", sign_out.clone()),
        ("/account/sessions/end-others", sign_out[..20].to_owned()),
    ] {
        let refused = browser.post(door, &[("form_token", token.as_str())], &FROM_OUR_PAGE).await.expect(403);
        refused.expect_words("This form belongs to another session");
    }
    let none: [(&str, &str); 0] = [];
    browser.post("/sign-out", &none, &FROM_OUR_PAGE).await.expect(403);
    assert!(browser.is_signed_in().await);
    browser.post("/sign-out", &[("form_token", sign_out)], &FROM_OUR_PAGE).await.expect(303);
    assert!(!browser.is_signed_in().await);
    browser.post("/sign-out", &none, &FROM_OUR_PAGE).await.expect(303);
}
