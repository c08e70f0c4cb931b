//! Names that are meant to become something else on a page: they stay text, wherever they are shown and in both languages.

use serde_json::json;

use crate::browser::{Browser, Person};
use crate::running::{Request, send};
use crate::world::World;

/// How text is left where it stands.
const WAYS_OUT: [&str; 10] = ["", "\">", "'>", "</title>", "</textarea>", "</script>", "-->", "]]>", "{{", "\\\">"];
/// What is tried there; each sets a mark if it runs.
const TRIALS: [&str; 20] = [
    "<script>top.hit=1</script>",
    "<img src=x onerror=top.hit=1>",
    "<svg onload=top.hit=1>",
    "<svg><script>top.hit=1</script>",
    "<iframe srcdoc='<script>top.hit=1</script>'>",
    "<body onload=top.hit=1>",
    "<input autofocus onfocus=top.hit=1>",
    "<details open ontoggle=top.hit=1>",
    "<a href=javascript:top.hit=1>x</a>",
    "<form action=//evil.example><button>x",
    "<meta http-equiv=refresh content=0;//evil.example>",
    "<base href=//evil.example>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>*{display:none}</style>",
    "<object data=javascript:top.hit=1>",
    "<math><mi xlink:href=javascript:top.hit=1>",
    "onmouseover=top.hit=1 x=",
    "7*7}}{%raw%}${top.hit=1}",
    "&lt;script&gt;top.hit=1&lt;/script&gt;",
    "<!--<img src=x onerror=top.hit=1>",
];

fn payloads() -> Vec<String> {
    WAYS_OUT.iter().flat_map(|way| TRIALS.iter().map(move |trial| format!("{way}{trial}"))).collect()
}

/// Nothing ran, nothing was blocked because it was tried, and the text is there as it was written.
fn is_harmless(browser: &Browser, place: &str) {
    assert_eq!(browser.value("typeof top.hit"), "undefined", "{place}");
    assert_eq!(browser.complaints(), [""; 0], "{place}");
    assert_eq!(
        browser.count("main script, main iframe, main object, main style, base, [onload], [onerror], [onfocus]"),
        0,
        "{place}"
    );
}

fn register(world: &World, token: &str, payload: &str) -> String {
    let fields = json!({
        "name": payload,
        "description": payload,
        "redirect_uris": ["https://a.example/?x=%3Cscript%3E"],
        "allowed_scopes": ["routix:orders:read"],
    });
    let request = Request::new("POST", "/functions/v1/register-oauth-app").bearer(token).json(&fields);
    let answer = send(&world.server.host, &request);
    assert_eq!(answer.status, 201, "{payload}: {}", answer.text);
    answer.at("/app/id")
}

fn hostile_names(person: Person) {
    let world = World::start();
    let token = world.user_token("OWNER");
    let payloads = payloads();
    assert_eq!(payloads.len(), 200);
    let ids: Vec<String> = payloads.iter().map(|payload| register(&world, &token, payload)).collect();
    let browser = Browser::of(person);
    world.sign_in_to_apps(&browser, "OWNER");
    is_harmless(&browser, "the list");
    let names = browser.value("[...document.querySelectorAll('#apps h2')].map(e => e.textContent)");
    let shown: Vec<&str> = names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    for payload in &payloads {
        assert!(shown.contains(&payload.as_str()), "{payload}: {shown:?}");
    }
    // Each trial once on every page of its app, with another way out each time.
    for (index, id) in ids.iter().enumerate().filter(|(index, _)| index % 21 == 0) {
        for rest in [
            "",
            "/edit",
            "/rotate",
            "/revoke",
            "/history",
            "/history?type=x",
            "/consents",
            "/state",
            "/diff?from=1&to=1",
        ] {
            browser.goto(&world.organization(&format!("/apps/{id}{rest}")));
            is_harmless(&browser, &format!("{rest} of {}", payloads[index]));
            assert!(browser.title().len() > 3);
        }
    }
}

#[test]
fn hostile_names_stay_text_in_english() {
    hostile_names(Person::ENGLISH);
}

#[test]
fn hostile_names_stay_text_in_dutch() {
    hostile_names(Person::DUTCH);
}

#[test]
fn what_stands_in_an_address_stays_text_too() {
    let world = World::start();
    let browser = Browser::of(Person::ENGLISH);
    world.sign_in_to_apps(&browser, "OWNER");
    let app = world.fact("APP_ID");
    for payload in payloads().iter().step_by(7) {
        let query: String = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        for path in [
            format!("/apps/{app}?done={query}"),
            format!("/apps/{app}/history?type={query}&actor={query}&from={query}&to={query}"),
            format!("/apps/{app}/state?at={query}"),
            format!("/apps/{app}/diff?from={query}&to={query}"),
            format!("/events?type={query}&actor={query}&from={query}&request_id={query}"),
        ] {
            browser.goto(&world.organization(&path));
            is_harmless(&browser, &path);
        }
        browser.goto(&world.url(&format!("/theme?set={query}&return_to={query}")));
        is_harmless(&browser, "/theme");
    }
}
