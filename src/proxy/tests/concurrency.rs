//! Many at once: one of them wins, and the others are told.

use axum::http::Method;
use serde_json::json;
use tokio::task::JoinSet;

use super::world::{ACCOUNTS, World, json_request, send};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_changes_to_one_version_exactly_one_is_made() {
    let world = World::new();
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_creates_with_one_key_make_one_record() {
    let world = World::new();
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_changes_with_one_key_make_one_change() {
    let world = World::new();
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_creates_with_one_number_one_is_made() {
    let world = World::new();
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
