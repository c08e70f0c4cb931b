//! The table of checks, in its order: each earlier one wins over each later one.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::json;

use crate::proxy::records::test_support::{Kind, on_both};

use super::world::{ACCOUNTS, World, ask, send};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    Token,
    TokenType,
    Resource,
    Method,
    Scope,
    Branch,
    BranchAccess,
    Rate,
    Record,
    Query,
    Precondition,
    Size,
    MediaType,
}

const ORDER: [(Wrong, u16, &str); 13] = [
    (Wrong::Token, 401, "invalid_token"),
    (Wrong::TokenType, 403, "invalid_token_type"),
    (Wrong::Resource, 404, "not_found"),
    (Wrong::Method, 405, "method_not_allowed"),
    (Wrong::Scope, 403, "insufficient_scope"),
    (Wrong::Branch, 404, "branch_not_found"),
    (Wrong::BranchAccess, 403, "branch_access_denied"),
    (Wrong::Rate, 429, "rate_limited"),
    (Wrong::Record, 404, "not_found"),
    (Wrong::Query, 400, "invalid_request"),
    (Wrong::Precondition, 412, "precondition_failed"),
    (Wrong::Size, 413, "payload_too_large"),
    (Wrong::MediaType, 415, "unsupported_media_type"),
];

/// Two that cannot be wrong at once: they are said in the same place.
fn exclude_each_other(one: Wrong, two: Wrong) -> bool {
    let token = [Wrong::Token, Wrong::TokenType, Wrong::Scope, Wrong::BranchAccess];
    token.contains(&one) && token.contains(&two) || (one == Wrong::Branch && two == Wrong::BranchAccess)
}

/// A PATCH of an account that exists, with these things wrong.
fn request(id: &str, wrong: &[Wrong]) -> Request<Body> {
    let is = |one: Wrong| wrong.contains(&one);
    let token = match wrong {
        _ if is(Wrong::Token) => "nothing",
        _ if is(Wrong::TokenType) => "Bearer user",
        _ if is(Wrong::Scope) => "Bearer no-scope",
        _ if is(Wrong::BranchAccess) => "Bearer limited",
        _ => "Bearer one",
    };
    let branch = if is(Wrong::Branch) {
        "OTHERAA1"
    } else if is(Wrong::BranchAccess) {
        "BRANCHB2"
    } else {
        "RS2RDH3B"
    };
    let resource = if is(Wrong::Resource) { "moons" } else { "accounts" };
    let id = if is(Wrong::Record) { "550e8400-e29b-41d4-a716-446655440999" } else { id };
    let query = if is(Wrong::Query) { "?colour=red" } else { "" };
    let body = if is(Wrong::Size) { format!("{{\"phone\":\"{}\"}}", "1".repeat(1 << 20)) } else { "{}".into() };
    Request::builder()
        .method(if is(Wrong::Method) { Method::PUT } else { Method::PATCH })
        .uri(format!("/api/v1/{branch}/{resource}/{id}{query}"))
        .header(header::AUTHORIZATION, token)
        .header(header::CONTENT_TYPE, if is(Wrong::MediaType) { "text/plain" } else { "application/json" })
        .header(header::IF_MATCH, if is(Wrong::Precondition) { "\"999\"" } else { "*" })
        .body(Body::from(body))
        .unwrap()
}

async fn each_earlier_check_wins_over_each_later_one(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    let id = address.rsplit_once('/').unwrap().1;
    assert_eq!(send(&world.router, request(id, &[])).await.status, 200);
    for (place, &(first, status, code)) in ORDER.iter().enumerate() {
        for &(second, ..) in &ORDER[place..] {
            // Another branch has none of these records, so that a later check would speak first there.
            if first != second && exclude_each_other(first, second) {
                continue;
            }
            world.gate.exhausted.store([first, second].contains(&Wrong::Rate), Ordering::Relaxed);
            let answer = send(&world.router, request(id, &[first, second])).await;
            assert_eq!(answer.outcome(), (status, code), "{first:?} before {second:?}");
            assert_eq!(answer.header("cache-control"), "private, no-cache");
            assert_eq!(answer.header("vary"), "Authorization");
        }
    }
}

async fn a_bad_body_is_told_before_a_precondition(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    let request = |body: &'static str| {
        let request = ask(Method::PATCH, &address).header("if-match", "\"999\"");
        request.header("content-type", "application/json").body(Body::from(body)).unwrap()
    };
    assert_eq!(send(&world.router, request("{\"colour\":1}")).await.outcome(), (400, "invalid_request"));
    assert_eq!(send(&world.router, request("[]")).await.outcome(), (400, "invalid_request"));
    assert_eq!(send(&world.router, request("{}")).await.outcome(), (412, "precondition_failed"));
}

async fn the_method_is_judged_where_the_path_is_known(kind: Kind) {
    let world = World::new(kind).await;
    for (method, path, allow) in [
        (Method::DELETE, "accounts", "GET, HEAD, POST"),
        (Method::PUT, "accounts", "GET, HEAD, POST"),
        (Method::PATCH, "accounts", "GET, HEAD, POST"),
        (Method::POST, "accounts/x", "GET, HEAD, PATCH"),
        (Method::DELETE, "orders/x", "GET, HEAD, PATCH"),
        (Method::POST, "staff", "GET, HEAD"),
        (Method::POST, "equipment", "GET, HEAD"),
        (Method::PATCH, "planning/x", "GET, HEAD"),
        (Method::OPTIONS, "accounts", "GET, HEAD, POST"),
    ] {
        let path = format!("/api/v1/RS2RDH3B/{path}");
        let answer = send(&world.router, ask(method.clone(), &path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.outcome(), (405, "method_not_allowed"), "{method} {path}");
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
}

async fn the_missing_scope_is_named_in_the_challenge(kind: Kind) {
    let world = World::new(kind).await;
    for (method, action) in [(Method::GET, "read"), (Method::HEAD, "read"), (Method::POST, "write")] {
        let mut request = ask(method, ACCOUNTS).body(Body::empty()).unwrap();
        request.headers_mut().insert("authorization", "Bearer no-scope".parse().unwrap());
        let answer = send(&world.router, request).await;
        assert_eq!(answer.status, 403);
        let scope = format!("routix:accounts:{action}");
        let challenge = format!("Bearer realm=\"routix\", error=\"insufficient_scope\", scope=\"{scope}\"");
        assert_eq!(answer.header("www-authenticate"), challenge);
    }
}

async fn a_path_is_taken_as_it_was_sent(kind: Kind) {
    let world = World::new(kind).await;
    for (path, code) in [
        ("v3/RS2RDH3B/accounts", "not_found"),
        ("V1/RS2RDH3B/accounts", "not_found"),
        ("v1/RS2RDH3B/moons", "not_found"),
        ("v1/RS2RDH3B", "not_found"),
        ("v1/RS2RDH3B/accounts/", "not_found"),
        ("v1//accounts", "branch_not_found"),
        ("v1/RS2RDH3B//accounts", "not_found"),
        ("v1/RS2RDH3B/accounts/x/y", "not_found"),
        ("v1/RS2RDH3B/account%73", "not_found"),
        ("v1/RS2RDH3%42/accounts", "branch_not_found"),
        ("v1/rs2rdh3b/accounts", "branch_not_found"),
        ("v1/RS2RDH3BB/accounts", "branch_not_found"),
        ("v1/ZZZZZZZZ/accounts", "branch_not_found"),
        ("v1/OTHERAA1/accounts", "branch_not_found"),
        ("v1/RS2RDH3B/accounts/not-an-id", "not_found"),
        ("v1/RS2RDH3B/accounts/550e8400e29b41d4a716446655440000", "not_found"),
    ] {
        for prefix in ["/functions/v1/api/", "/api/"] {
            let answer = world.get(&format!("{prefix}{path}")).await;
            assert_eq!(answer.outcome(), (404, code), "{prefix}{path}");
        }
    }
    // And not 405: there is no such path, whatever is done there.
    assert_eq!(world.post(&format!("{ACCOUNTS}/"), json!({})).await.outcome(), (404, "not_found"));
}

async fn the_limits_headers_are_on_good_and_bad_answers(kind: Kind) {
    let world = World::new(kind).await;
    assert_eq!(world.get(ACCOUNTS).await.header("ratelimit"), "\"app\";r=5");
    assert_eq!(world.get(&format!("{ACCOUNTS}?x=1")).await.header("ratelimit"), "\"app\";r=5");
}

async fn a_branch_that_is_denied_says_so_in_the_guides_words(kind: Kind) {
    let world = World::new(kind).await;
    let mut request = ask(Method::GET, "/api/v1/BRANCHB2/accounts").body(Body::empty()).unwrap();
    request.headers_mut().insert("authorization", "Bearer limited".parse().unwrap());
    let answer = send(&world.router, request).await;
    assert_eq!(
        answer.body,
        json!({"error": "branch_access_denied", "error_description": "branch access denied", "request_id": "r"})
    );
}

on_both!(
    each_earlier_check_wins_over_each_later_one,
    a_bad_body_is_told_before_a_precondition,
    the_method_is_judged_where_the_path_is_known,
    the_missing_scope_is_named_in_the_challenge,
    a_path_is_taken_as_it_was_sent,
    the_limits_headers_are_on_good_and_bad_answers,
    a_branch_that_is_denied_says_so_in_the_guides_words,
);
