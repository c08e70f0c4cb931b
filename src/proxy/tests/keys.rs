//! Idempotency keys: a repetition is answered, never done twice.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::proxy::records::test_support::{Kind, on_both};

use super::world::{ACCOUNTS, Answer, World, json_request, send};

const ORDERS: &str = "/api/v2/RS2RDH3B/orders";

fn with_key(key: &str, path: &str, body: &Value) -> Request<Body> {
    let mut request = json_request(Method::POST, path, body);
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

async fn change_with(world: &World, address: &str, headers: &[(&'static str, &str)], body: &Value) -> Answer {
    let mut request = json_request(Method::PATCH, address, body);
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    send(&world.router, request).await
}

async fn a_repeated_key_gets_the_first_answer_again(kind: Kind) {
    let world = World::new(kind).await;
    let body = json!({"company_name": "Bakker B.V."});
    let first = send(&world.router, with_key("key-1", ACCOUNTS, &body)).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
    world.patch(first.header("location"), json!({"phone": "1"})).await;
    // The other path form and the quoted form of the key name the same thing.
    for (key, path) in [("key-1", ACCOUNTS), ("\"key-1\"", "/api/v1/RS2RDH3B/accounts")] {
        let again = send(&world.router, with_key(key, path, &body)).await;
        assert_eq!((again.status, &again.text), (201, &first.text));
        assert_eq!((again.header("idempotency-replayed"), again.header("etag")), ("true", "\"1\""));
        assert!(again.header("location").starts_with(path));
    }
    let other = send(&world.router, with_key("key-1", ACCOUNTS, &json!({"company_name": "Visser"}))).await;
    assert_eq!(other.outcome(), (422, "idempotency_key_reused"));
    assert_eq!(world.get(ACCOUNTS).await.body["pagination"]["total"], 1);
}

async fn a_key_belongs_to_an_app_and_a_route(kind: Kind) {
    let world = World::new(kind).await;
    let body = json!({"company_name": "Bakker B.V."});
    let mut ids = Vec::new();
    for (token, path) in [
        ("Bearer one", ACCOUNTS),
        ("Bearer one-other-app", ACCOUNTS),
        ("Bearer one", "/api/v1/BRANCHB2/accounts"),
        ("Bearer two", "/api/v1/OTHERAA1/accounts"),
    ] {
        let mut request = with_key("key-1", path, &body);
        request.headers_mut().insert("authorization", token.parse().unwrap());
        let made = send(&world.router, request).await;
        assert_eq!((made.status, made.header("idempotency-replayed")), (201, ""), "{token} {path}");
        ids.push(made.body["data"]["id"].as_str().unwrap().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

async fn a_refused_create_does_not_use_its_key_up(kind: Kind) {
    let world = World::new(kind).await;
    let order = json!({"order_number": "1"});
    assert_eq!(world.post(ORDERS, order.clone()).await.status, 201);
    assert_eq!(send(&world.router, with_key("k", ORDERS, &order)).await.status, 409);
    assert_eq!(send(&world.router, with_key("k", ORDERS, &json!({"order_number": "2"}))).await.status, 201);
}

async fn a_key_is_visible_ascii(kind: Kind) {
    let world = World::new(kind).await;
    let body = json!({"company_name": "a"});
    let (longest, too_long) = ("k".repeat(255), "k".repeat(256));
    for (key, status) in
        [("k", 201), (longest.as_str(), 201), (too_long.as_str(), 400), ("a b", 400), ("\"\"", 400), ("", 400)]
    {
        let answer = send(&world.router, with_key(key, ACCOUNTS, &body)).await;
        assert_eq!(answer.status, status, "{key}");
        assert!(status == 201 || answer.faults() == ["Idempotency-Key"]);
    }
}

async fn a_key_that_comes_through_the_other_version_makes_nothing(kind: Kind) {
    let world = World::new(kind).await;
    let body = json!({"company_name": "Bakker B.V."});
    let other_version = ACCOUNTS.replace("/v1/RS", "/v2/RS");
    let first = send(&world.router, with_key("key-1", ACCOUNTS, &body)).await;
    assert_eq!(first.status, 201);
    let refused = send(&world.router, with_key("key-1", &other_version, &body)).await;
    assert_eq!(refused.outcome(), (422, "idempotency_key_reused"));
    assert_eq!(send(&world.router, with_key("key-1", ACCOUNTS, &body)).await.text, first.text);
    let address = first.header("location");
    let (key, body) = ([("idempotency-key", "key-1")], json!({"phone": "1"}));
    assert_eq!(change_with(&world, address, &key, &body).await.status, 200);
    let refused = change_with(&world, &address.replace("/v1/RS", "/v2/RS"), &key, &body).await;
    assert_eq!(refused.outcome(), (422, "idempotency_key_reused"));
    assert_eq!(world.get(address).await.header("etag"), "\"2\"");
    assert_eq!(world.get(ACCOUNTS).await.body["pagination"]["total"], 1);
}

async fn a_repeated_change_gets_the_first_answer_again_whatever_happened_since(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    let body = json!({"phone": "1"});
    let headers = [("idempotency-key", "key-1"), ("if-match", "\"1\"")];
    let first = change_with(&world, &address, &headers, &body).await;
    assert_eq!((first.status, first.header("etag"), first.header("idempotency-replayed")), (200, "\"2\"", ""));
    assert_eq!(world.patch(&address, json!({"phone": "2"})).await.status, 200);
    // The id in capitals and the other path form name the same record, and "1" is the tag that the success had.
    let (path, id) = address.rsplit_once('/').unwrap();
    let capitals = format!("{path}/{}", id.to_uppercase());
    for address in [address.as_str(), capitals.as_str(), address.strip_prefix("/functions/v1").unwrap()] {
        let again = change_with(&world, address, &headers, &body).await;
        assert_eq!((again.status, &again.text), (200, &first.text), "{address}");
        assert_eq!((again.header("idempotency-replayed"), again.header("etag")), ("true", "\"2\""), "{address}");
    }
    let other = change_with(&world, &address, &headers, &json!({"phone": "3"})).await;
    assert_eq!(other.outcome(), (422, "idempotency_key_reused"));
    let now = world.get(&address).await;
    assert_eq!((&now.body["data"]["phone"], now.header("etag")), (&json!("2"), "\"3\""));
}

async fn a_change_of_nothing_uses_its_key_too(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    let key = [("idempotency-key", "k")];
    for replayed in ["", "true"] {
        let answer = change_with(&world, &address, &key, &json!({})).await;
        let told = (answer.status, answer.header("etag"), answer.header("idempotency-replayed"));
        assert_eq!(told, (200, "\"1\"", replayed));
    }
    assert_eq!(change_with(&world, &address, &key, &json!({"phone": "1"})).await.status, 422);
}

async fn the_key_of_a_change_belongs_to_an_app_a_method_and_a_record(kind: Kind) {
    let world = World::new(kind).await;
    let body = json!({"company_name": "Bakker B.V."});
    let made = send(&world.router, with_key("k", ACCOUNTS, &body)).await;
    let other = world.account("Visser B.V.").await;
    for (token, address) in [
        ("Bearer one", made.header("location")),
        ("Bearer one", other.as_str()),
        ("Bearer one-other-app", made.header("location")),
    ] {
        let headers = [("idempotency-key", "k"), ("authorization", token)];
        let changed = change_with(&world, address, &headers, &body).await;
        assert_eq!((changed.status, changed.header("idempotency-replayed")), (200, ""), "{token} {address}");
    }
    assert_eq!(world.get(made.header("location")).await.header("etag"), "\"3\"");
}

async fn a_refused_change_does_not_use_its_key_up(kind: Kind) {
    let world = World::new(kind).await;
    assert_eq!(world.post(ORDERS, json!({"order_number": "1"})).await.status, 201);
    let second = world.post(ORDERS, json!({"order_number": "2"})).await;
    let address = second.header("location");
    let nobody = json!({"account_id": "550e8400-e29b-41d4-a716-446655440999"});
    for (tag, body, status) in [
        ("\"1\"", json!({"order_number": "1"}), 409),
        ("\"9\"", json!({"order_number": "3"}), 412),
        ("\"1\"", nobody, 400),
        ("\"1\"", json!({"colour": "red"}), 400),
        ("\"1\"", json!({"order_number": "3"}), 200),
    ] {
        let headers = [("idempotency-key", "k"), ("if-match", tag)];
        let answer = change_with(&world, address, &headers, &body).await;
        assert_eq!((answer.status, answer.header("idempotency-replayed")), (status, ""), "{tag} {body}");
    }
    let bad = change_with(&world, address, &[("idempotency-key", "a b")], &json!({"colour": "red"})).await;
    assert_eq!(bad.faults(), ["Idempotency-Key", "colour"]);
}

on_both!(
    a_repeated_key_gets_the_first_answer_again,
    a_key_belongs_to_an_app_and_a_route,
    a_refused_create_does_not_use_its_key_up,
    a_key_is_visible_ascii,
    a_key_that_comes_through_the_other_version_makes_nothing,
    a_repeated_change_gets_the_first_answer_again_whatever_happened_since,
    a_change_of_nothing_uses_its_key_too,
    the_key_of_a_change_belongs_to_an_app_a_method_and_a_record,
    a_refused_change_does_not_use_its_key_up,
);
