//! Creating and changing.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::proxy::records::test_support::{Kind, on_both};

use super::world::{ACCOUNTS, Answer, World, json_request, send};

const ORDERS: &str = "/api/v2/RS2RDH3B/orders";
const INVOICES: &str = "/api/v2/RS2RDH3B/invoices";

async fn change_if(world: &World, address: &str, tags: &str, body: &Value) -> Answer {
    let mut request = json_request(Method::PATCH, address, body);
    request.headers_mut().insert("if-match", tags.parse().unwrap());
    send(&world.router, request).await
}

async fn a_create_says_where_the_record_is_in_the_form_that_was_used(kind: Kind) {
    let world = World::new(kind).await;
    for path in [ACCOUNTS, "/api/v1/RS2RDH3B/accounts", "/api/v2/RS2RDH3B/accounts"] {
        let made = world.post(path, json!({"company_name": "Bakker B.V."})).await;
        let id = made.body["data"]["id"].as_str().unwrap();
        assert_eq!((made.status, made.header("location")), (201, format!("{path}/{id}").as_str()));
        assert_eq!(made.header("etag"), "\"1\"");
        assert_eq!(world.get(made.header("location")).await.body, made.body);
    }
}

async fn defaults_fill_in_what_is_not_given_in_either_version(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    let two = world.get(&address.replace("/v1/RS", "/v2/RS")).await.body;
    assert_eq!((&two["data"]["account_type"], &two["data"]["country"]), (&json!("customer"), &json!("NL")));
    assert_eq!(two["data"]["email"], Value::Null);
}

async fn a_change_touches_only_what_it_names_and_null_clears(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    let full = world.patch(&address, json!({"email": "a@b.example", "phone": "1"})).await;
    assert_eq!(full.status, 200);
    let cleared = world.patch(&address, json!({"email": null})).await.body;
    assert_eq!((&cleared["data"]["email"], &cleared["data"]["phone"]), (&Value::Null, &json!("1")));
    assert_eq!(cleared["data"]["company_name"], "Bakker B.V.");
    assert_eq!(world.patch(&address, json!({})).await.header("etag"), "\"3\"");
    let refused =
        world.patch(&address, json!({"company_name": null, "branch_id": "x", "organization_id": "x", "id": "x"}));
    assert_eq!(refused.await.faults(), ["branch_id", "company_name", "id", "organization_id"]);
}

async fn a_body_must_be_one_json_object_with_each_member_once(kind: Kind) {
    let world = World::new(kind).await;
    for body in ["", "[]", "null", "{", "{\"company_name\":\"a\",\"company_name\":\"b\"}", "\u{feff}{}"] {
        let mut request = json_request(Method::POST, ACCOUNTS, &json!({}));
        *request.body_mut() = Body::from(body);
        assert_eq!(send(&world.router, request).await.outcome(), (400, "invalid_request"), "{body}");
    }
    // What else is wrong is told with it, and before what is wrong with its type.
    for (media_type, body, expected) in [
        ("application/json", "{", vec!["body", "moon"]),
        ("application/json", "{\"colour\":1}", vec!["colour", "company_name", "moon"]),
        ("text/plain", "{}", vec!["moon"]),
    ] {
        let mut request = json_request(Method::POST, &format!("{ACCOUNTS}?moon=1"), &json!({}));
        request.headers_mut().insert("content-type", media_type.parse().unwrap());
        *request.body_mut() = Body::from(body);
        let answer = send(&world.router, request).await;
        assert_eq!((answer.outcome(), answer.faults()), ((400, "invalid_request"), expected), "{body}");
    }
}

async fn a_body_is_json_and_at_most_a_mebibyte(kind: Kind) {
    let world = World::new(kind).await;
    for (media_type, status) in
        [("application/json; charset=utf-8", 201), ("APPLICATION/JSON", 201), ("text/json", 415), ("", 415)]
    {
        let mut request = json_request(Method::POST, ACCOUNTS, &json!({"company_name": "a"}));
        request.headers_mut().insert("content-type", media_type.parse().unwrap());
        assert_eq!(send(&world.router, request).await.status, status, "{media_type}");
    }
    for (length, status) in [(1 << 20, 201), ((1 << 20) + 1, 413)] {
        let mut body = String::from("{\"company_name\":\"a\"}");
        body.push_str(&" ".repeat(length - body.len()));
        let mut request = json_request(Method::POST, ACCOUNTS, &json!({}));
        *request.body_mut() = Body::from(body);
        assert_eq!(send(&world.router, request).await.status, status);
    }
}

async fn a_number_is_unique_in_its_branch_only(kind: Kind) {
    let world = World::new(kind).await;
    let order = json!({"order_number": "2026-1"});
    let first = world.post(ORDERS, order.clone()).await;
    assert_eq!(first.status, 201);
    let second = world.post(ORDERS, order.clone()).await;
    assert_eq!((second.outcome(), second.faults()), ((409, "conflict"), vec!["order_number"]));
    assert_eq!(world.post("/api/v2/BRANCHB2/orders", order.clone()).await.status, 201);
    let other = world.post(ORDERS, json!({"order_number": "2026-2"})).await;
    assert_eq!(world.patch(other.header("location"), order.clone()).await.outcome(), (409, "conflict"));
    assert_eq!(world.patch(first.header("location"), order).await.status, 200);
    assert_eq!(world.get(ORDERS).await.body["pagination"]["total"], 2);
    for (path, body) in
        [("vehicles", json!({"license_plate": "12-BRF-7"})), ("invoices", json!({"invoice_number": "F1"}))]
    {
        let path = format!("/api/v1/RS2RDH3B/{path}");
        assert_eq!(world.post(&path, body.clone()).await.status, 201);
        assert_eq!(world.post(&path, body).await.status, 409);
    }
}

async fn a_reference_must_be_a_record_of_the_same_branch(kind: Kind) {
    let world = World::new(kind).await;
    let here = world.account("Bakker B.V.").await;
    let there = world.post("/api/v1/BRANCHB2/accounts", json!({"company_name": "Visser B.V."})).await;
    let order = |number: &str, account: &Value| json!({"order_number": number, "account_id": account});
    let id = here.rsplit_once('/').unwrap().1;
    let made = world.post(ORDERS, order("1", &json!(id))).await;
    assert_eq!(made.body["data"]["account_id"], id);
    for unknown in [&there.body["data"]["id"], &json!("550e8400-e29b-41d4-a716-446655440999")] {
        let refused = world.post(ORDERS, order("2", unknown)).await;
        assert_eq!((refused.status, refused.faults()), (400, vec!["account_id"]));
        let refused = world.patch(made.header("location"), json!({"account_id": unknown})).await;
        assert_eq!((refused.status, refused.faults()), (400, vec!["account_id"]));
    }
}

async fn a_reference_inside_a_list_must_be_a_record_of_the_same_branch(kind: Kind) {
    let world = World::new(kind).await;
    let order = json!({"order_number": "1"});
    let here = world.post(ORDERS, order.clone()).await.body["data"]["id"].clone();
    let there = world.post("/api/v2/BRANCHB2/orders", order).await.body["data"]["id"].clone();
    let nowhere = json!("550e8400-e29b-41d4-a716-446655440999");
    let line =
        |order: &Value| json!({"description": "Vracht", "order_id": order, "quantity": 1, "unit_price_cents": 5});
    let invoice = |number: &str, lines: Value| json!({"invoice_number": number, "lines": lines});
    let made = world.post(INVOICES, invoice("1", json!([line(&here), line(&Value::Null), line(&here)]))).await;
    assert_eq!((made.status, &made.body["data"]["lines"][2]["order_id"]), (201, &here));
    let lines = json!([line(&there), line(&here), line(&nowhere)]);
    let mut refused = invoice("2", lines.clone());
    refused["account_id"] = nowhere.clone();
    let refused = world.post(INVOICES, refused).await;
    let expected = ["account_id", "lines[0].order_id", "lines[2].order_id"];
    assert_eq!((refused.outcome(), refused.faults()), ((400, "invalid_request"), expected.to_vec()));
    assert_eq!(refused.body["errors"][1]["code"], "unknown_reference");
    let refused = world.patch(made.header("location"), json!({"lines": lines})).await;
    assert_eq!((refused.outcome(), refused.faults()), ((400, "invalid_request"), expected[1..].to_vec()));
    assert_eq!(world.get(INVOICES).await.body["pagination"]["total"], 1);
    assert_eq!(world.get(made.header("location")).await.header("etag"), "\"1\"");
}

async fn stops_come_back_in_the_order_of_their_shape(kind: Kind) {
    let world = World::new(kind).await;
    let stops = json!([{"city": "Venlo", "kind": "loading"}, {"kind": "unloading", "city": "Gent", "country": "BE"}]);
    let made = world.post(ORDERS, json!({"order_number": "1", "stops": stops, "adr": true, "weight_kg": 900})).await;
    assert_eq!(made.body["data"]["stops"][1]["country"], "BE");
    assert!(made.text.contains(r#""stops":[{"kind":"loading","company_name":null,"#), "{}", made.text);
    assert_eq!((&made.body["data"]["adr"], &made.body["data"]["weight_kg"]), (&json!(true), &json!(900)));
}

async fn if_match_lets_only_the_version_that_was_read_be_changed(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    let body = json!({"phone": "1"});
    for (tags, status) in
        [("\"1\"", 200), ("\"1\"", 412), ("\"1\", \"2\"", 200), ("*", 200), ("W/\"4\"", 412), ("4", 400), ("", 400)]
    {
        assert_eq!(change_if(&world, &address, tags, &body).await.status, status, "{tags}");
    }
    assert_eq!(change_if(&world, &address, "4", &body).await.faults(), ["If-Match"]);
    assert_eq!(world.get(&address).await.header("etag"), "\"4\"");
}

on_both!(
    a_create_says_where_the_record_is_in_the_form_that_was_used,
    defaults_fill_in_what_is_not_given_in_either_version,
    a_change_touches_only_what_it_names_and_null_clears,
    a_body_must_be_one_json_object_with_each_member_once,
    a_body_is_json_and_at_most_a_mebibyte,
    a_number_is_unique_in_its_branch_only,
    a_reference_must_be_a_record_of_the_same_branch,
    a_reference_inside_a_list_must_be_a_record_of_the_same_branch,
    stops_come_back_in_the_order_of_their_shape,
    if_match_lets_only_the_version_that_was_read_be_changed,
);
