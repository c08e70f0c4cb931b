//! B1: forms and requests that do not come from the consent page decide nothing.

use reqwest::Method;
use serde_json::json;

use crate::http::app::{Registered, TestApp};
use crate::http::browser::{Browser, FROM_OUR_PAGE, Page};
use crate::http::client::{Answer, answer};
use crate::http::code_flow::{AUTHORIZE, Request, consent_page, decide, kinds, signed_in, start};
use crate::http::world::Actor;

async fn shown() -> (TestApp, Registered, Browser, Page) {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    (app, client, browser, page)
}

fn fields(page: &Page, decision: &str) -> Vec<(String, String)> {
    let mut fields = page.form("consent").fields;
    fields.push(("decision".to_owned(), decision.to_owned()));
    fields
}

fn body(fields: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[tokio::test]
async fn az29_b1_4_7_a_form_from_elsewhere_is_refused() {
    let (app, _, browser, page) = shown().await;
    let own = app.url("");
    for headers in [
        vec![],
        vec![("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())],
        vec![("sec-fetch-site", "cross-site"), ("origin", "null"), ("sec-fetch-mode", "no-cors")],
        vec![("sec-fetch-site", "same-site"), ("origin", own.as_str())],
        vec![("sec-fetch-site", "none")],
        vec![("sec-fetch-site", "")],
        vec![("sec-fetch-site", "Same-Origin")],
        vec![("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        vec![("origin", "null")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "https://myerp.example")],
        vec![("origin", own.as_str()), ("origin", "null")],
        vec![("referer", own.as_str())],
        vec![("x-requested-with", "XMLHttpRequest")],
    ] {
        for decision in ["approve", "deny"] {
            let refused = browser.post(AUTHORIZE, &fields(&page, decision), &headers).await.expect(403);
            assert_eq!(refused.location(), "", "{headers:?}");
            refused.expect_words("This form was not sent from a page of ours, so nothing was done.");
        }
    }
    assert!(kinds(&app).is_empty());
    decide(&browser, &page, "approve").await.expect(303);
}

#[tokio::test]
async fn b1_an_older_browser_is_known_by_its_origin() {
    let (app, _, browser, page) = shown().await;
    let own = app.url("");
    browser.post(AUTHORIZE, &fields(&page, "approve"), &[("origin", own.as_str())]).await.expect(303);
    assert_eq!(kinds(&app), ["authorization.code_issued", "consent.granted"]);
}

#[tokio::test]
async fn b1_a_form_that_lacks_something_or_says_it_twice_is_refused() {
    let (app, _, browser, page) = shown().await;
    let whole = fields(&page, "approve");
    let without = |name: &str| whole.iter().filter(|(found, _)| found != name).cloned().collect::<Vec<_>>();
    let with = |name: &str, value: &str| {
        let mut fields = whole.clone();
        fields.push((name.to_owned(), value.to_owned()));
        fields
    };
    let instead = |value: &str| {
        let mut fields = without("decision");
        fields.push(("decision".to_owned(), value.to_owned()));
        fields
    };
    for fields in [
        Vec::new(),
        without("request"),
        without("decision"),
        without("organization_id"),
        with("decision", "deny"),
        with("decision", "approve"),
        with("request", "x"),
        with("organization_id", &app.world.foreign_organization.to_string()),
        instead(""),
        instead("Approve"),
        instead("approve "),
        instead("yes"),
        instead("<script>"),
    ] {
        let refused = browser.post(AUTHORIZE, &fields, &FROM_OUR_PAGE).await;
        assert_eq!((refused.status, refused.location()), (400, ""), "{fields:?}");
        assert!(!refused.text.contains("<script"), "{}", refused.text);
    }
    assert!(kinds(&app).is_empty());
}

async fn send(app: &TestApp, browser: &Browser, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    let cookie = format!("routix_session={}", browser.cookie("routix_session").unwrap());
    let mut request = app.post(AUTHORIZE).header("cookie", cookie).header("sec-fetch-site", "same-origin");
    if !content_type.is_empty() {
        request = request.header("content-type", content_type);
    }
    answer(request.body(body.into())).await
}

#[tokio::test]
async fn b1_another_content_type_is_refused() {
    let (app, _, browser, page) = shown().await;
    let form = body(&fields(&page, "approve"));
    let json: serde_json::Map<_, _> =
        fields(&page, "approve").into_iter().map(|(name, value)| (name, value.into())).collect();
    let json = serde_json::Value::Object(json).to_string();
    for (content_type, body) in [
        ("", form.clone()),
        ("text/plain", form.clone()),
        ("multipart/form-data; boundary=x", form.clone()),
        ("application/x-www-form-urlencoded-x", form.clone()),
        ("application/json", json.clone()),
        ("application/x-www-form-urlencoded", json),
    ] {
        let refused = send(&app, &browser, content_type, body).await;
        assert_eq!((refused.status, refused.header("location")), (400, ""), "{content_type}");
        assert_eq!(refused.header("content-type"), "text/html; charset=utf-8", "{content_type}");
    }
    const FORM: &str = "application/x-www-form-urlencoded";
    for (body, status) in [
        (format!("{form}&x=%").into_bytes(), 400),
        (format!("{form}&x=%ff").into_bytes(), 400),
        ([form.as_bytes(), b"&x=\xff"].concat(), 400),
        (format!("{form}&x={}", "a".repeat(17 * 1_024)).into_bytes(), 413),
    ] {
        send(&app, &browser, FORM, body).await.expect(status);
    }
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn b1_a_get_with_the_fields_of_the_form_decides_nothing() {
    let (app, client, browser, page) = shown().await;
    let query = body(&fields(&page, "approve"));
    let refused = browser.get(&format!("{AUTHORIZE}?{query}")).await.expect(400);
    assert_eq!(refused.location(), "");
    // With a whole authorization request before them they are unknown parameters.
    browser.get(&format!("{}&{query}", Request::of(&client).path())).await.expect(200);
    let head = app.request(Method::HEAD, &format!("{AUTHORIZE}?{query}"));
    answer(head.header("sec-fetch-site", "same-origin")).await.expect(400);
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn b1_the_fields_in_the_query_of_a_post_count_for_nothing() {
    let (app, _, browser, page) = shown().await;
    let query = body(&fields(&page, "approve"));
    let none: [(&str, &str); 0] = [];
    browser.post(&format!("{AUTHORIZE}?{query}"), &none, &FROM_OUR_PAGE).await.expect(400);
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn b1_a_post_of_an_authorization_request_shows_nothing_and_decides_nothing() {
    let (app, client, browser, _) = shown().await;
    let path = Request::of(&client).path();
    let (_, query) = path.split_once('?').unwrap();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    browser.post(AUTHORIZE, &pairs, &FROM_OUR_PAGE).await.expect(400);
    browser.post(AUTHORIZE, &pairs, &[("sec-fetch-site", "cross-site")]).await.expect(403);
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn b1_a_bearer_token_is_no_session() {
    let (app, client, _, page) = shown().await;
    let token = app.sign_in(Actor::Member).await;
    let request = app.post(AUTHORIZE).bearer_auth(&token).header("sec-fetch-site", "same-origin");
    let form =
        request.header("content-type", "application/x-www-form-urlencoded").body(body(&fields(&page, "approve")));
    answer(form).await.expect(403);
    let asked = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let asked = answer(asked.get(app.url(&Request::of(&client).path())).bearer_auth(&token)).await.expect(303);
    assert!(asked.header("location").starts_with("/sign-in?"));
    assert!(kinds(&app).is_empty());
}
