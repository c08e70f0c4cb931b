//! One record: its entity tag, and what does not exist.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use crate::proxy::records::test_support::{Kind, on_both};

use super::world::{ACCOUNTS, World, ask, send};

async fn a_record_has_its_row_version_as_entity_tag(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    let shown = world.get(&address).await;
    assert_eq!((shown.status, shown.header("etag")), (200, "\"1\""));
    assert_eq!(shown.body["data"]["company_name"], "Bakker B.V.");
    assert_eq!(shown.body["version"], "v1");
    assert_eq!(world.patch(&address, json!({"phone": "1"})).await.header("etag"), "\"2\"");
    assert_eq!(world.get(&address).await.header("etag"), "\"2\"");
}

async fn a_known_version_is_not_sent_again(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    for (tags, status) in
        [("\"1\"", 304), ("W/\"1\"", 304), ("\"0\", \"1\"", 304), ("*", 304), ("\"2\"", 200), ("1", 200)]
    {
        let request = ask(Method::GET, &address).header("if-none-match", tags).body(Body::empty()).unwrap();
        let answer = send(&world.router, request).await;
        assert_eq!(answer.status, status, "{tags}");
        assert_eq!(answer.header("etag"), "\"1\"");
        assert_eq!(answer.text.is_empty(), status == 304);
    }
}

async fn a_record_of_another_branch_does_not_exist(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    for branch in ["BRANCHB2", "BRANCHB3"] {
        let elsewhere = address.replace("RS2RDH3B", branch);
        assert_eq!(world.get(&elsewhere).await.outcome(), (404, "not_found"));
        assert_eq!(world.patch(&elsewhere, json!({"phone": "1"})).await.outcome(), (404, "not_found"));
    }
    let foreign = ask(Method::GET, &address.replace("RS2RDH3B", "OTHERAA1")).body(Body::empty()).unwrap();
    let mut foreign = foreign;
    foreign.headers_mut().insert("authorization", "Bearer two".parse().unwrap());
    assert_eq!(send(&world.router, foreign).await.outcome(), (404, "not_found"));
    assert_eq!(world.get(&address).await.header("etag"), "\"1\"");
}

async fn one_record_takes_no_parameters(kind: Kind) {
    let world = World::new(kind).await;
    let address = world.account("Bakker B.V.").await;
    assert_eq!(world.get(&format!("{address}?limit=5&x=1")).await.faults(), ["limit", "x"]);
    assert_eq!(world.patch(&format!("{address}?x=1"), json!({"y": 1})).await.faults(), ["x", "y"]);
    assert_eq!(world.post(&format!("{ACCOUNTS}?x=1"), json!({"y": 1})).await.faults(), ["company_name", "x", "y"]);
}

on_both!(
    a_record_has_its_row_version_as_entity_tag,
    a_known_version_is_not_sent_again,
    a_record_of_another_branch_does_not_exist,
    one_record_takes_no_parameters,
);
