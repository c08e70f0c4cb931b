//! What every page carries besides its words.

use reqwest::Method;

use crate::http::app::TestApp;
use crate::http::browser::{Browser, FROM_OUR_PAGE, Page};
use crate::http::client::answer;
use crate::http::html::{Tag, tags};
use crate::http::world::Actor;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";
/// Of the pages that have our script.
const SCRIPT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                             script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Whether a page is one of the dashboard, which have a script for comfort.
fn is_dashboard(page: &Page) -> bool {
    page.path == "/account"
}

/// A page of each kind.
async fn pages(app: &TestApp) -> Vec<Page> {
    let browser = Browser::new(app);
    let sign_in = browser.get("/sign-in").await.expect(200);
    let refused = browser.sign_in_at(&sign_in, "nobody@one.example", "wrong horse battery").await.expect(401);
    browser.sign_in(Actor::Owner).await;
    let none: [(&str, &str); 0] = [];
    vec![
        sign_in,
        refused,
        browser.get("/account").await.expect(200),
        browser.get("/language?set=xx").await.expect(400),
        browser.post("/sign-out", &none, &[]).await.expect(403),
        browser.post("/sign-out", &none, &FROM_OUR_PAGE).await.expect(403),
    ]
}

#[tokio::test]
async fn every_page_keeps_to_itself() {
    let app = TestApp::start().await;
    for page in pages(&app).await {
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("content-security-policy", if is_dashboard(&page) { SCRIPT_POLICY } else { POLICY }),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("strict-transport-security", ""),
        ] {
            assert_eq!(page.header(name), value, "{name} at {}", page.path);
        }
    }
    let app = TestApp::start_with(|config| config.public_url = Some("https://api.example.com".to_owned())).await;
    for page in pages(&app).await {
        assert_eq!(page.header("strict-transport-security"), "max-age=31536000", "{}", page.path);
    }
}

#[tokio::test]
async fn every_page_is_complete_without_a_script_and_can_be_read_aloud() {
    let app = TestApp::start().await;
    for page in pages(&app).await {
        let tags = tags(&page.text);
        let all = |name: &'static str| tags.iter().filter(move |tag| tag.name == name);
        for name in ["html", "title", "main", "h1", "header", "footer"] {
            assert_eq!(all(name).count(), 1, "{name} at {}", page.path);
        }
        let scripts: Vec<&str> = all("script").map(|tag| tag.get("src").unwrap()).collect();
        assert!(scripts.iter().all(|src| src.starts_with("/assets/script.")), "{scripts:?}");
        assert_eq!(scripts.len(), usize::from(is_dashboard(&page)), "{}", page.path);
        assert!(all("style").next().is_none(), "{}", page.path);
        let acts = |name: &str| name == "style" || name.starts_with("on");
        for tag in &tags {
            assert!(!tag.names().any(acts), "{tag:?} at {}", page.path);
        }
        let labels: Vec<&str> = all("label").filter_map(|tag| tag.get("for")).collect();
        let shown = |tag: &&Tag| tag.get("type") != Some("hidden") && tag.get("hidden").is_none();
        for input in all("input").filter(shown) {
            assert!(labels.contains(&input.get("id").unwrap()), "{input:?}");
            assert!(input.get("autocomplete").is_some(), "{input:?}");
        }
        for closing in ["html", "body", "main", "form", "div", "ul", "li", "dl", "p", "h1", "h2", "h3", "button", "nav"]
        {
            let closed = tags.iter().filter(|tag| tag.name == format!("/{closing}")).count();
            assert_eq!(all(closing).count(), closed, "{closing} at {}", page.path);
        }
    }
}

#[tokio::test]
async fn the_style_sheet_may_be_kept_for_ever() {
    let app = TestApp::start().await;
    let page = Browser::new(&app).get("/sign-in").await.expect(200);
    let sheet = tags(&page.text).into_iter().find(|tag| tag.get("rel") == Some("stylesheet")).unwrap();
    let path = sheet.get("href").unwrap();
    assert!(path.starts_with("/assets/style.") && path.ends_with(".css") && path.len() == 30, "{path}");
    let sheet = answer(app.request(Method::GET, path)).await.expect(200);
    assert_eq!(sheet.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    answer(app.request(Method::GET, "/assets/style.000000000000.css")).await.expect(404);
}

#[tokio::test]
async fn an_error_page_names_the_request() {
    let app = TestApp::start().await;
    let refused = Browser::new(&app).post("/sign-in", &[("email", "x")], &[("x-request-id", "req-12345678")]).await;
    refused.expect(403).expect_words("mention this number: req-12345678");
}
