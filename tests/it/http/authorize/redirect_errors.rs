//! Faults of a request whose client and redirect URI are proven: the client is told.

use serde_json::json;

use crate::http::app::TestApp;
use crate::http::browser::Browser;
use crate::http::code_flow::{CHALLENGE, REDIRECT_URI, Request, SCOPE, kinds, returned, signed_in, start};
use crate::http::world::Actor;

/// Every request gets this error, whether somebody is signed in or not.
async fn all(app: &TestApp, requests: &[Request], error: &str) {
    let issuer = app.url("");
    for browser in [Browser::new(app), signed_in(app, Actor::Owner).await] {
        for request in requests {
            let page = browser.get(&request.path()).await;
            let parameters = returned(&page);
            assert!(page.location().starts_with(&format!("{REDIRECT_URI}?error={error}&")), "{}", page.location());
            assert_eq!(parameters["iss"], issuer);
            assert_eq!(
                parameters.get("state").map(String::as_str),
                request.get("state").filter(|text| !text.is_empty())
            );
            let description = &parameters["error_description"];
            let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
            assert!(!description.is_empty() && description.chars().all(allowed), "{description}");
            let mut names: Vec<&str> = parameters.keys().map(String::as_str).collect();
            names.retain(|name| *name != "state");
            assert_eq!(names, ["error", "error_description", "iss"]);
            assert_eq!(page.text, "");
        }
    }
    assert!(kinds(app).is_empty(), "a fault is no event");
}

async fn with_client() -> (TestApp, Request) {
    let (app, client) = start(json!({})).await;
    (app, Request::of(&client))
}

fn with_each<const N: usize>(request: &Request, name: &str, values: [&str; N]) -> Vec<Request> {
    values.map(|value| request.with(name, value)).into()
}

#[tokio::test]
async fn az9_h9_a_missing_response_type_is_invalid_request() {
    let (app, request) = with_client().await;
    all(&app, &[request.without("response_type"), request.with("response_type", "")], "invalid_request").await;
}

#[tokio::test]
async fn az10_another_response_type_is_unsupported() {
    let (app, request) = with_client().await;
    let types = ["token", "id_token", "none", "code token", "token code", "Code", "CODE", "code ", " code", "code\0"];
    all(&app, &with_each(&request, "response_type", types), "unsupported_response_type").await;
}

#[tokio::test]
async fn az11_h8_4_8_a_missing_challenge_is_invalid_request() {
    let (app, request) = with_client().await;
    let none = request.without("code_challenge");
    let requests = [
        none.clone(),
        request.with("code_challenge", ""),
        none.without("code_challenge_method"),
        none.with("code_challenge_method", "plain"),
    ];
    all(&app, &requests, "invalid_request").await;
    let (app, client) = start(json!({"client_type": "public"})).await;
    all(&app, &[Request::of(&client).without("code_challenge")], "invalid_request").await;
}

#[tokio::test]
async fn az12_h7_4_8_another_method_is_invalid_request_in_any_spelling() {
    let (app, request) = with_client().await;
    let methods = ["plain", "PLAIN", "s256", "S256 ", " S256", "S512", "sha256", "S256,plain", "S256\0", "none"];
    let mut requests = with_each(&request, "code_challenge_method", methods);
    // Left out, the method is plain.
    requests.push(request.without("code_challenge_method"));
    requests.push(request.with("code_challenge_method", ""));
    all(&app, &requests, "invalid_request").await;
}

#[tokio::test]
async fn az13_a_challenge_that_is_no_sha256_is_invalid_request() {
    let (app, request) = with_client().await;
    let (short, long, padded) = (&CHALLENGE[..42], format!("{CHALLENGE}A"), format!("{CHALLENGE}="));
    let (very_long, spaced) = ("A".repeat(128), format!("{CHALLENGE} "));
    let of_others = ["+", "/", ".", "~", "=", " ", "\0", "\"", "%"].map(|odd| format!("{short}{odd}"));
    let mut requests = with_each(&request, "code_challenge", [short, &long, &padded, &very_long, &spaced, "x"]);
    requests.extend(of_others.map(|text| request.with("code_challenge", &text)));
    requests.push(request.with("code_challenge", &"\u{e9}".repeat(43)));
    all(&app, &requests, "invalid_request").await;
}

#[tokio::test]
async fn az14_a_scope_that_is_unknown_malformed_or_not_the_apps_is_invalid_scope() {
    let (app, request) = with_client().await;
    let scopes = [
        "routix:accounts:write",
        "routix:accounts:read routix:invoices:read",
        "routix:nothing:read",
        "routix:accounts:delete",
        "routix:accounts",
        "routix:*:read",
        "routix:accounts:*",
        "*",
        "openid",
        "offline_access",
        "routix:accounts:read openid",
        "ROUTIX:accounts:read",
        "routix:Accounts:read",
        "routix:accounts:read,routix:orders:read",
        "routix:accounts:read\troutix:orders:read",
        "routix:accounts:read\u{a0}routix:orders:read",
        "routix:accounts:read\0",
        "\"",
    ];
    all(&app, &with_each(&request, "scope", scopes), "invalid_scope").await;
}

#[tokio::test]
async fn az15_row24_a_missing_scope_is_invalid_scope() {
    let (app, request) = with_client().await;
    let requests = [request.without("scope"), request.with("scope", ""), request.with("scope", "   ")];
    all(&app, &requests, "invalid_scope").await;
}

#[tokio::test]
async fn az17_h20_every_doubled_parameter_is_invalid_request() {
    let (app, request) = with_client().await;
    let requests = [
        request.and("response_type", "code"),
        request.and("code_challenge", CHALLENGE),
        request.and("code_challenge_method", "S256"),
        request.and("scope", SCOPE),
        request.and("scope", ""),
        request.and("resource", &app.url("")).and("resource", &app.url("")),
        request.and("prompt", "none").and("prompt", "none"),
        request.and("unknown", "1").and("unknown", "2"),
        request.and("<b>", "1").and("<b>", "2"),
        request.and("\"\\\u{e9}", "1").and("\"\\\u{e9}", "2"),
    ];
    all(&app, &requests, "invalid_request").await;
    let browser = Browser::new(&app);
    for (name, said) in [
        ("code_challenge_2", "the parameter 'code_challenge_2' is given twice"),
        ("a-b", "a parameter is given twice"),
        ("<b>", "a parameter is given twice"),
    ] {
        let parameters = returned(&browser.get(&request.and(name, "1").and(name, "2").path()).await);
        assert_eq!(parameters["error_description"], said);
    }
    // Which of two states the client would know again is not known, so it gets neither.
    for second in ["xyz", "abc", ""] {
        let parameters = returned(&browser.get(&request.and("state", second).path()).await);
        assert_eq!(parameters["error"], "invalid_request");
        assert_eq!((parameters.get("state"), &parameters["iss"]), (None, &app.url("")));
    }
}

#[tokio::test]
async fn az32_h19_a_resource_that_is_none_of_ours_is_invalid_target() {
    let (app, request) = with_client().await;
    let own = app.url("");
    for resource in [
        "https://nowhere.example",
        "abc",
        "/functions/v1/api",
        "//nowhere.example",
        &format!("{own}/"),
        &format!("{own}#x"),
        &format!("{own}/functions/v1/api#"),
        &format!("{own}/functions/v1/api/"),
        &format!("{own}/functions/v1"),
        &format!("{own}/functions/v1/api?x=1"),
        &own.to_uppercase(),
        &format!("{own} {own}"),
    ] {
        all(&app, &[request.with("resource", resource)], "invalid_target").await;
    }
    let browser = signed_in(&app, Actor::Owner).await;
    for resource in [own.clone(), format!("{own}/functions/v1/api"), String::new()] {
        browser.get(&request.with("resource", &resource).path()).await.expect(200);
    }
}

#[tokio::test]
async fn az18_h20_an_empty_value_counts_as_left_out() {
    let (app, request) = with_client().await;
    // Empty and doubled is doubled all the same: two programs would not agree on what was left out.
    all(&app, &[request.with("state", "").with("scope", "")], "invalid_scope").await;
    let parameters = returned(&Browser::new(&app).get(&request.with("state", "").with("scope", "").path()).await);
    assert_eq!(parameters.get("state"), None);
    let browser = signed_in(&app, Actor::Owner).await;
    browser.get(&request.with("resource", "").and("prompt", "").and("unknown", "").path()).await.expect(200);
}

#[tokio::test]
async fn az33_prompt_is_not_supported_and_ignored() {
    let (app, request) = with_client().await;
    for prompt in ["none", "login", "consent", "none login", "x"] {
        let asked = Browser::new(&app).get(&request.with("prompt", prompt).path()).await.expect(303);
        assert!(asked.location().starts_with("/sign-in?"), "{prompt}: {}", asked.location());
    }
    let browser = signed_in(&app, Actor::Owner).await;
    for prompt in ["none", "login", "consent"] {
        browser.get(&request.with("prompt", prompt).path()).await.expect(200).expect_words("Allow My ERP Sync?");
    }
}

#[tokio::test]
async fn az24_a_fault_of_a_request_sends_nobody_to_an_address_that_is_not_registered() {
    let (app, request) = with_client().await;
    let evil = request.with("redirect_uri", "https://evil.example/");
    for faulty in
        [evil.without("scope"), evil.without("response_type"), evil.and("scope", "x"), evil.with("prompt", "none")]
    {
        let page = Browser::new(&app).get(&faulty.path()).await.expect(400);
        assert_eq!(page.header("location"), "");
        assert!(!page.text.contains("evil"), "{}", page.text);
    }
}
