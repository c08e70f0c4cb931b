//! What every door does alike: request ids, errors as JSON, methods.

use reqwest::Method;
use serde_json::json;

use super::app::{APPS, DOOR, REGISTER, ROTATE, TestApp};
use super::client::{answer, raw, raw_failure};
use super::world::Actor;

#[tokio::test]
async fn a_request_id_is_echoed_when_it_is_well_formed_and_made_when_not() {
    let app = TestApp::start().await;
    let longest = "a".repeat(64);
    for id in ["req-1234", "A_b-9_z_0", &longest] {
        for path in ["/healthz", "/nowhere", APPS] {
            let answer = answer(app.request(Method::GET, path).header("x-request-id", id)).await;
            assert_eq!(answer.header("x-request-id"), id, "{path}");
            if answer.status >= 400 {
                assert_eq!(answer.json()["request_id"], id, "{path}");
            }
        }
    }
    let too_long = "a".repeat(65);
    for id in ["short", "has space", "semi;colon", "quo\"te12", "a,b,c,d,e", "slash/slash", &too_long] {
        let answer = answer(app.request(Method::GET, "/nowhere").header("x-request-id", id)).await;
        let made: uuid::Uuid = answer.header("x-request-id").parse().unwrap();
        assert_eq!(made.get_version_num(), 7, "{id}");
        assert_eq!(answer.json()["request_id"], made.to_string(), "{id}");
    }
}

#[tokio::test]
async fn errors_are_json_with_a_request_id_at_every_door() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let mut seen = std::collections::BTreeSet::new();
    for (method, path, status, error) in [
        ("GET", "/nothing", 404, "not_found"),
        ("POST", "/functions/v1/nothing", 404, "not_found"),
        ("GET", "/rest/v1/nothing", 404, "not_found"),
        ("GET", "/auth/v1/nothing", 404, "not_found"),
        ("GET", "/rest/v1/oauth_apps/", 404, "not_found"),
        ("DELETE", APPS, 405, "method_not_allowed"),
        ("GET", REGISTER, 405, "method_not_allowed"),
        ("POST", REGISTER, 415, "unsupported_media_type"),
        ("POST", DOOR, 400, "invalid_request"),
        ("POST", "/auth/v1/token", 415, "unsupported_media_type"),
        ("GET", "/rest/v1/oauth_apps/x/events", 404, "not_found"),
        // Of the framework's own making, in its own words, if it were not for the edge.
        ("GET", "/rest/v1/oauth_apps/%ff/events", 400, "invalid_request"),
        ("GET", "/auth/v1/oauth/authorizations/%ff", 400, "invalid_request"),
        ("GET", "/schemas/events/%ff", 400, "invalid_request"),
        // What cannot be read may hide a token, also from doors that take no parameters.
        ("GET", "/auth/v1/user?a=%zz&access_token=x", 400, "invalid_request"),
    ] {
        let answer = answer(app.request(method.parse().unwrap(), path).bearer_auth(&owner)).await;
        assert_eq!(answer.failure(), (status, error.to_owned()), "{method} {path}");
        assert_eq!(answer.header("content-type"), "application/json", "{method} {path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{method} {path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{method} {path}");
        let json = answer.json();
        assert!(json["error_description"].is_string(), "{method} {path}");
        assert_eq!(json["request_id"], answer.header("x-request-id"), "{method} {path}");
        assert!(seen.insert(answer.header("x-request-id").to_owned()), "{method} {path}: the id came twice");
    }
}

#[tokio::test]
async fn e25_another_method_is_405_and_names_those_there_are() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let events = format!("{APPS}/{}/events", client.app_id);
    for (path, allowed) in [
        (REGISTER, vec!["POST"]),
        (ROTATE, vec!["POST"]),
        ("/auth/v1/token", vec!["POST"]),
        ("/auth/v1/logout", vec!["POST"]),
        ("/auth/v1/user", vec!["GET", "HEAD"]),
        (APPS, vec!["GET", "HEAD", "PATCH"]),
        (events.as_str(), vec!["GET", "HEAD"]),
        ("/rest/v1/organizations", vec!["GET", "HEAD"]),
        ("/rest/v1/branches", vec!["GET", "HEAD"]),
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"] {
            if allowed.contains(&method) {
                continue;
            }
            let request = app.request(method.parse().unwrap(), path).bearer_auth(&owner);
            let refused = answer(request).await.expect(405);
            let mut named: Vec<&str> = refused.header("allow").split(',').map(str::trim).collect();
            named.sort_unstable();
            assert_eq!(named, allowed, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn e25_head_works_where_get_does() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let events = format!("{APPS}/{}/events", client.app_id);
    for path in [APPS, &events, "/auth/v1/user", "/rest/v1/organizations", "/rest/v1/branches", "/healthz", "/readyz"] {
        let get = app.get(path, &owner).await.expect(200);
        let head = answer(app.request(Method::HEAD, path).bearer_auth(&owner)).await.expect(200);
        assert_eq!(head.text, "", "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        answer(app.request(Method::HEAD, "/nowhere")).await.expect(404);
    }
}

#[tokio::test]
async fn ambiguous_requests_are_refused() {
    let app = TestApp::start().await;
    let address = app.address.to_string();
    let get = async |headers: &str| {
        let request = format!("GET {APPS} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n");
        raw_failure(&raw(&address, request.as_bytes()).await)
    };
    let refused = (400, "invalid_request".to_owned());
    assert_eq!(get("Host: a\r\n").await, (401, "invalid_token".to_owned()));
    assert_eq!(get("").await, refused);
    assert_eq!(get("Host: a\r\nHost: a\r\n").await, refused);
    // Not even where the line names a host (RFC 9112, 3.2).
    let absolute = format!("GET http://a{APPS} HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert_eq!(raw_failure(&raw(&address, absolute.as_bytes()).await), refused);
    assert_eq!(get("Host: a\r\nAuthorization: Bearer x\r\nAuthorization: Bearer x\r\n").await, refused);
    assert_eq!(get("Host: a b\r\n").await, refused);
    assert_eq!(get("Host: a\r\nAuthorization: Bearer a b\r\n").await, (401, "invalid_token".to_owned()));
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "a".repeat(9_000));
    assert_eq!(raw_failure(&raw(&address, long.as_bytes()).await), (414, "uri_too_long".to_owned()));
}
