//! Every fault of a registration is named, and all of them at once.

use serde_json::{Value, json};

use crate::http::app::{APPS, REGISTER, TestApp, registration};
use crate::http::client::answer;
use crate::http::world::Actor;

fn with(field: &str, value: Value) -> Value {
    let mut body = registration();
    body[field] = value;
    body
}

fn fault(field: &str, code: &str) -> (String, String) {
    (field.to_owned(), code.to_owned())
}

/// Registers a body that has exactly one fault.
async fn assert_fault(app: &TestApp, owner: &str, body: &Value, field: &str, code: &str) {
    let refused = app.register(owner, body).await;
    assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{body}");
    assert_eq!(refused.faults(), [fault(field, code)], "{body}");
}

#[tokio::test]
async fn every_fault_is_listed_at_once() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let body = json!({
        "name": "",
        "description": 7,
        "homepage_url": "http://myerp.example",
        "redirect_uris": ["https://ok.example/", "/relative", 5],
        "allowed_scopes": ["routix:accounts:read", "routix:moon:read"],
        "allowed_branch_ids": ["x", app.world.foreign_branch.id],
        "token_lifetime": "2h",
        "client_type": "secret",
        "refresh_authentication": "never",
        "client_secret": "routix_mine",
        "admin": true,
    });
    let refused = app.register(&owner, &body).await.expect(400);
    assert_eq!(
        refused.faults(),
        [
            fault("admin", "unknown_field"),
            fault("allowed_branch_ids[0]", "invalid_format"),
            fault("allowed_branch_ids[1]", "unknown_branch"),
            fault("allowed_scopes[1]", "unknown_scope"),
            fault("client_secret", "read_only"),
            fault("client_type", "invalid_value"),
            fault("description", "wrong_type"),
            fault("homepage_url", "invalid_format"),
            fault("name", "required"),
            fault("redirect_uris[1]", "malformed_uri"),
            fault("redirect_uris[2]", "wrong_type"),
            fault("refresh_authentication", "invalid_value"),
            fault("token_lifetime", "invalid_value"),
        ]
    );
    let every = refused.json()["errors"].as_array().unwrap().clone();
    assert!(every.iter().all(|fault| fault["message"].as_str().is_some_and(|message| !message.is_empty())));
    let empty = app.register(&owner, &json!({})).await.expect(400);
    let missing = ["allowed_scopes", "name", "redirect_uris"].map(|field| fault(field, "required"));
    assert_eq!(empty.faults(), missing);
    assert_eq!(app.get(APPS, &owner).await.expect(200).json(), json!([]), "nothing was registered");
}

#[tokio::test]
async fn names_are_one_to_a_hundred_characters_that_a_person_can_see() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    for name in [
        " x".to_owned(),
        "x ".to_owned(),
        "\u{a0}x".to_owned(),
        "x\u{3000}".to_owned(),
        "a\u{0}b".to_owned(),
        "a\nb".to_owned(),
        "a\u{7f}b".to_owned(),
        "a\u{85}b".to_owned(),
        "a\u{202e}b".to_owned(),
        "a\u{2066}b".to_owned(),
        "a\u{200f}b".to_owned(),
        "a\u{2028}b".to_owned(),
        "x".repeat(101),
        "   ".to_owned(),
        String::new(),
    ] {
        let refused = app.register(&owner, &with("name", name.clone().into())).await.expect(400);
        let fields: Vec<String> = refused.faults().into_iter().map(|fault| fault.0).collect();
        assert_eq!(fields, ["name"], "{name:?}");
    }
    for name in ["x".to_owned(), "é".repeat(100), "Ünïcode 日本 🚚".to_owned(), "a  b".to_owned()] {
        app.register(&owner, &with("name", name.into())).await.expect(201);
    }
    assert_fault(&app, &owner, &with("name", json!(null)), "name", "required").await;
    assert_fault(&app, &owner, &with("redirect_uris", json!(null)), "redirect_uris", "wrong_type").await;
    for description in ["a\u{202e}b", "a\u{0}b"] {
        app.register(&owner, &with("description", description.into())).await.expect(400);
    }
}

#[tokio::test]
async fn redirect_uris_are_absolute_safe_and_exact() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    for (uri, code) in [
        ("https://a.example/cb#x", "fragment_not_allowed"),
        ("https://a.example/cb#", "fragment_not_allowed"),
        ("https://user@a.example/cb", "user_info_not_allowed"),
        ("https://u:p@a.example/cb", "user_info_not_allowed"),
        ("http://a.example/cb", "insecure_scheme"),
        ("http://127.0.0.1.evil.example/cb", "insecure_scheme"),
        ("http://10.0.0.1/cb", "insecure_scheme"),
        ("https://*.example/cb", "wildcard_not_allowed"),
        ("https://a.example\\@evil.example/", "malformed_uri"),
        ("/cb", "malformed_uri"),
        ("//a.example/cb", "malformed_uri"),
        ("https:///cb", "malformed_uri"),
        (" https://a.example/cb", "malformed_uri"),
        ("https://a.example/c\tb", "malformed_uri"),
        ("", "malformed_uri"),
        ("javascript:alert(1)", "scheme_not_allowed"),
        ("data:text/html,x", "scheme_not_allowed"),
        ("com.example.app:/cb", "scheme_not_allowed"),
        ("ftp://a.example/", "scheme_not_allowed"),
    ] {
        assert_fault(&app, &owner, &with("redirect_uris", json!([uri])), "redirect_uris[0]", code).await;
    }
    assert_fault(&app, &owner, &with("redirect_uris", json!([])), "redirect_uris", "required").await;
    assert_fault(&app, &owner, &with("redirect_uris", json!("https://a.example")), "redirect_uris", "wrong_type").await;
    let mut public = with("redirect_uris", json!(["myapp:/cb"]));
    public["client_type"] = "public".into();
    assert_fault(&app, &owner, &public, "redirect_uris[0]", "scheme_not_allowed").await;
    let good =
        json!(["https://A.example/CB?x=1", "http://127.0.0.1:8976/cb", "http://[::1]/cb", "http://localhost/cb"]);
    let answer = app.register(&owner, &with("redirect_uris", good.clone())).await.expect(201).json();
    assert_eq!(answer["app"]["redirect_uris"], good, "kept as they were written");
}

#[tokio::test]
async fn branches_are_open_ones_of_this_organization() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let closed = app.world.other_branch.id;
    app.close_branch(closed).await;
    let unknown = uuid::Uuid::from_u128(1);
    for id in [app.world.foreign_branch.id, closed, unknown] {
        let body = with("allowed_branch_ids", json!([app.world.branch.id, id]));
        assert_fault(&app, &owner, &body, "allowed_branch_ids[1]", "unknown_branch").await;
    }
    for (ids, field, code) in [
        (json!([app.world.branch.public_id]), "allowed_branch_ids[0]", "invalid_format"),
        (json!([app.world.branch.id.simple().to_string()]), "allowed_branch_ids[0]", "invalid_format"),
        (json!([null]), "allowed_branch_ids[0]", "wrong_type"),
        (json!("all"), "allowed_branch_ids", "wrong_type"),
    ] {
        assert_fault(&app, &owner, &with("allowed_branch_ids", ids), field, code).await;
    }
    let twice = with("allowed_branch_ids", json!([app.world.branch.id, app.world.branch.id]));
    let answer = app.register(&owner, &twice).await.expect(201).json();
    assert_eq!(answer["app"]["allowed_branch_ids"], json!([app.world.branch.id]));
}

#[tokio::test]
async fn scopes_are_known_ones_and_at_least_one() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    for (scopes, field, code) in [
        (json!(["routix:staff:write"]), "allowed_scopes[0]", "unknown_scope"),
        (json!(["routix:accounts:read "]), "allowed_scopes[0]", "unknown_scope"),
        (json!([""]), "allowed_scopes[0]", "unknown_scope"),
        (json!([]), "allowed_scopes", "required"),
        (json!("routix:accounts:read"), "allowed_scopes", "wrong_type"),
        (json!(null), "allowed_scopes", "required"),
    ] {
        let refused = app.register(&owner, &with("allowed_scopes", scopes.clone())).await;
        assert_eq!(refused.status, 400, "{scopes}");
        assert_eq!(refused.faults().len(), 1, "{scopes} {}", refused.text);
        assert_eq!(refused.faults()[0].0, field, "{scopes} {code}");
    }
}

#[tokio::test]
async fn the_grammar_of_token_lifetimes_holds() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    for lifetime in [
        "0m",
        "61m",
        "2h",
        "2d",
        "1y",
        "20Y",
        "-1h",
        "01h",
        "1 h",
        "1.5h",
        "60",
        "h",
        "",
        "3600s",
        "Unlimited",
        "1h ",
        "٥m",
    ] {
        assert_fault(&app, &owner, &with("token_lifetime", lifetime.into()), "token_lifetime", "invalid_value").await;
    }
    assert_fault(&app, &owner, &with("token_lifetime", json!(3600)), "token_lifetime", "wrong_type").await;
    for lifetime in ["1m", "59m", "60m", "1h", "1d", "20y", "unlimited"] {
        app.register(&owner, &with("token_lifetime", lifetime.into())).await.expect(201);
    }
}

#[tokio::test]
async fn a_body_must_be_one_json_object_with_each_member_once() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let good = registration().to_string();
    let json = "application/json";
    let huge = with("description", "x".repeat(257 * 1_024).into()).to_string();
    for (content_type, body, status, code) in [
        (json, format!("{{\"name\":\"other\",{}", &good[1..]), 400, "invalid_request"),
        (json, "[]".to_owned(), 400, "invalid_request"),
        (json, "null".to_owned(), 400, "invalid_request"),
        (json, String::new(), 400, "invalid_request"),
        (json, format!("{good}x"), 400, "invalid_request"),
        (json, "{".repeat(10_000), 400, "invalid_request"),
        (json, huge, 413, "payload_too_large"),
        ("text/plain", good.clone(), 415, "unsupported_media_type"),
        ("application/x-www-form-urlencoded", "name=x".to_owned(), 415, "unsupported_media_type"),
        ("", good.clone(), 415, "unsupported_media_type"),
    ] {
        let request = app.post(REGISTER).bearer_auth(&owner).header("content-type", content_type);
        let refused = answer(request.body(body)).await;
        assert_eq!(refused.failure(), (status, code.to_owned()));
        assert_eq!(refused.json()["request_id"], refused.header("x-request-id"));
    }
    assert_eq!(app.get(APPS, &owner).await.expect(200).json(), json!([]));
}
