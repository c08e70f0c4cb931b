//! Many at once: one of them wins, and the others are told.

use axum::http::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::proxy::records::test_support::{Kind, on_both};

use super::world::{ACCOUNTS, World, json_request, send};

async fn of_fifty_changes_to_one_version_exactly_one_is_made(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    let mut tasks = JoinSet::new();
    for number in 0..50 {
        let (router, address) = (world.router.clone(), address.clone());
        tasks.spawn(async move {
            let mut request = json_request(Method::PATCH, &address, &json!({"phone": number.to_string()}));
            request.headers_mut().insert("if-match", "\"1\"".parse().unwrap());
            send(&router, request).await.status
        });
    }
    let statuses = tasks.join_all().await;
    assert_eq!(statuses.iter().filter(|&&status| status == 200).count(), 1);
    assert_eq!(statuses.iter().filter(|&&status| status == 412).count(), 49);
    assert_eq!(world.get(&address).await.header("etag"), "\"2\"");
}

async fn a_hundred_creates_with_one_key_make_one_record(kind: Kind) {
    let world = World::new(kind).await;
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        let router = world.router.clone();
        tasks.spawn(async move {
            let mut request = json_request(Method::POST, ACCOUNTS, &json!({"company_name": "Bakker B.V."}));
            request.headers_mut().insert("idempotency-key", "one".parse().unwrap());
            let answer = send(&router, request).await;
            (answer.status, answer.text)
        });
    }
    let answers = tasks.join_all().await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(answers[0].0, 201);
    assert_eq!(world.get(ACCOUNTS).await.body["pagination"]["total"], 1);
}

async fn fifty_changes_with_one_key_make_one_change(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let (router, address) = (world.router.clone(), address.clone());
        tasks.spawn(async move {
            let mut request = json_request(Method::PATCH, &address, &json!({"phone": "1"}));
            request.headers_mut().insert("idempotency-key", "one".parse().unwrap());
            request.headers_mut().insert("if-match", "\"1\"".parse().unwrap());
            let answer = send(&router, request).await;
            (answer.status, answer.text)
        });
    }
    let answers = tasks.join_all().await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(answers[0].0, 200);
    assert_eq!(world.get(&address).await.header("etag"), "\"2\"");
}

async fn of_twenty_creates_with_one_number_one_is_made(kind: Kind) {
    let world = World::new(kind).await;
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let router = world.router.clone();
        tasks.spawn(async move {
            let body = json!({"order_number": "2026-1"});
            send(&router, json_request(Method::POST, "/api/v1/RS2RDH3B/orders", &body)).await.status
        });
    }
    let mut statuses = tasks.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1], statuses[19]), (201, 409, 409));
}

async fn a_branch_counts_its_records_without_a_gap_whoever_makes_them(kind: Kind) {
    let world = World::new(kind).await;
    let mut tasks = JoinSet::new();
    for number in 0..40 {
        let router = world.router.clone();
        tasks.spawn(async move {
            // Every fourth is refused after it has begun to write.
            let body = json!({"order_number": (number - number % 4).to_string()});
            send(&router, json_request(Method::POST, "/api/v1/RS2RDH3B/orders", &body)).await.status
        });
    }
    let made = tasks.join_all().await.iter().filter(|&&status| status == 201).count();
    assert_eq!(made, 10);
    let counted = "SELECT count(*) || ' ' || min(seq) || ' ' || max(seq) || ' ' || count(DISTINCT seq) FROM orders";
    assert_eq!(world.scratch.sql(counted), ["10 1 10 10"]);
    assert_eq!(world.scratch.sql("SELECT total || ' ' || last_seq FROM record_counts"), ["10 10"]);
}

on_both!(
    a_branch_counts_its_records_without_a_gap_whoever_makes_them,
    of_fifty_changes_to_one_version_exactly_one_is_made,
    a_hundred_creates_with_one_key_make_one_record,
    fifty_changes_with_one_key_make_one_change,
    of_twenty_creates_with_one_number_one_is_made,
);
