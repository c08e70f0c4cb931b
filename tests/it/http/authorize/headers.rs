//! What every answer of the endpoint carries besides its words.

use reqwest::Method;
use serde_json::json;

use crate::http::app::{Registered, TestApp};
use crate::http::browser::{FROM_OUR_PAGE, Page};
use crate::http::client::answer;
use crate::http::code_flow::{AUTHORIZE, REDIRECT_URI, Request, consent_page, decide, signed_in, start};
use crate::http::html::tags;
use crate::http::world::Actor;

const CORS: [&str; 6] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "access-control-max-age",
];

fn policy(form_action: &str) -> String {
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action {form_action}; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// A page of each kind: consent, consent again, error pages.
async fn pages(app: &TestApp, client: &Registered) -> Vec<Page> {
    let browser = signed_in(app, Actor::Member).await;
    let request = Request::of(client);
    let consent = consent_page(&browser, &request).await;
    let sealed = consent.field("consent", "request");
    let no_choice = [("request", sealed.as_str()), ("decision", "approve")];
    let again = browser.post(AUTHORIZE, &no_choice, &FROM_OUR_PAGE).await.expect(400);
    let decided = consent_page(&browser, &request).await;
    decide(&browser, &decided, "approve").await.expect(303);
    let decided = decide(&browser, &decided, "deny").await.expect(409);
    vec![
        consent,
        again,
        decided,
        browser.get(&request.without("client_id").path()).await.expect(400),
        browser.get(&request.with("redirect_uri", "https://evil.example/").path()).await.expect(400),
        browser.post(AUTHORIZE, &no_choice, &[]).await.expect(403),
    ]
}

#[tokio::test]
async fn az27_az28_4_2_4_16_no_page_can_be_framed_kept_or_told_of() {
    let (app, client) = start(json!({})).await;
    for (at, page) in pages(&app, &client).await.into_iter().enumerate() {
        let form_action = if at < 2 { "'self' https://myerp.example" } else { "'self'" };
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("content-security-policy", policy(form_action).as_str()),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(page.header(name), value, "{name} at {} {}", page.path, page.status);
            assert_eq!(page.headers.get_all(name).iter().count(), 1, "{name} at {}", page.path);
        }
        for name in CORS {
            assert_eq!(page.header(name), "", "{name} at {}", page.path);
        }
        for tag in tags(&page.text) {
            assert!(!["script", "iframe", "object", "embed", "base", "style"].contains(&tag.name.as_str()), "{tag:?}");
            for name in ["src", "action", "formaction", "background", "data"] {
                let value = tag.get(name).unwrap_or_default();
                assert!(value.is_empty() || (value.starts_with('/') && !value.starts_with("//")), "{tag:?}");
            }
            let loads = tag.name == "link";
            let href = tag.get("href").unwrap_or_default();
            assert!(!loads || href.starts_with("/assets/") || href == "data:,", "{tag:?}");
        }
    }
}

#[tokio::test]
async fn az28_redirects_are_not_kept_and_tell_nobody() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    let sent = decide(&browser, &page, "approve").await.expect(303);
    for (name, value) in [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("set-cookie", "")] {
        assert_eq!(sent.header(name), value, "{name}");
    }
    for name in CORS {
        assert_eq!(sent.header(name), "", "{name}");
    }
}

#[tokio::test]
async fn the_policy_lets_the_answer_through_to_exactly_one_place() {
    for (uri, source) in [
        ("https://myerp.example:8443/cb?a='self'", "https://myerp.example:8443"),
        ("https://myerp.example?a=*;script-src", "https://myerp.example"),
        ("http://127.0.0.1:4711/cb", "http://127.0.0.1:4711"),
        ("http://localhost:4711/cb", "http://localhost:4711"),
        // A policy cannot name an IPv6 address; Chromium would leave the source out and refuse to go there.
        ("http://[::1]:4711/cb", "http:"),
        ("com.example.app:/cb", "com.example.app:"),
        ("com.example.app://cb.example/x", "com.example.app:"),
    ] {
        let (app, client) = start(json!({"redirect_uris": [uri], "client_type": "public"})).await;
        let browser = signed_in(&app, Actor::Member).await;
        let page = consent_page(&browser, &Request::of(&client).with("redirect_uri", uri)).await;
        assert_eq!(page.header("content-security-policy"), policy(&format!("'self' {source}")), "{uri}");
        decide(&browser, &page, "approve").await.expect(303);
    }
    // Of several only the one that was asked for, and of a loopback address the port that was asked for.
    let uris = json!({"redirect_uris": [REDIRECT_URI, "http://127.0.0.1:1/cb"]});
    let (app, client) = start(uris).await;
    let browser = signed_in(&app, Actor::Member).await;
    let request = Request::of(&client).with("redirect_uri", "http://127.0.0.1:2/cb");
    let page = consent_page(&browser, &request).await;
    assert_eq!(page.header("content-security-policy"), policy("'self' http://127.0.0.1:2"));
}

#[tokio::test]
async fn az26_no_other_site_may_read_the_endpoint() {
    let (app, client) = start(json!({})).await;
    let path = Request::of(&client).path();
    for method in [Method::OPTIONS, Method::GET, Method::HEAD, Method::POST] {
        let request = app
            .request(method.clone(), &path)
            .header("origin", "https://myerp.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type");
        let answer = answer(request).await;
        for name in CORS {
            assert_eq!(answer.header(name), "", "{name} of {method}");
        }
    }
    let preflight = answer(app.request(Method::OPTIONS, &path).header("origin", "https://myerp.example")).await;
    assert_eq!((preflight.status, preflight.header("location")), (405, ""));
}

#[tokio::test]
async fn other_methods_are_refused_and_head_is_answered_like_get() {
    let (app, client) = start(json!({})).await;
    let path = Request::of(&client).path();
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
        let refused = answer(app.request(method.clone(), &path)).await;
        assert_eq!(refused.status, 405, "{method}");
        let allowed: Vec<&str> = refused.header("allow").split(',').map(str::trim).collect();
        assert!(allowed.contains(&"GET") && allowed.contains(&"POST"), "{allowed:?}");
    }
    let browser = signed_in(&app, Actor::Member).await;
    let cookie = format!("routix_session={}", browser.cookie("routix_session").unwrap());
    let head = answer(app.request(Method::HEAD, &path).header("cookie", cookie)).await.expect(200);
    assert_eq!((head.text.as_str(), head.header("x-frame-options")), ("", "DENY"));
}

#[tokio::test]
async fn behind_https_the_browser_is_told_to_stay_there() {
    let app = TestApp::start_with(|config| config.public_url = Some("https://api.example.com".to_owned())).await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    for page in pages(&app, &client).await {
        assert_eq!(page.header("strict-transport-security"), "max-age=31536000", "{}", page.path);
    }
}
