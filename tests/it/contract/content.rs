//! What is appended is what is read, and what some store could not hold is refused by every store.

use cqrs_es::persist::{PersistedEventRepository, PersistenceError, SerializedEvent};
use routix::system::System;
use routix_domain::log::EventFeed;
use serde_json::{Value, json};

use super::StoreUnderTest;
use super::place::{Stream, append, event, event_of, log, sequences, stream};

pub(crate) async fn ids_of_every_kind_come_back<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    let long = "i".repeat(255);
    let longest = "é".repeat(255);
    let ids = [
        "a-b",
        "a/b",
        "a b",
        "branch_public_id:RS2RDH3B",
        "Ünïcödé",
        "鍵",
        "👩‍🚀",
        "'; DROP TABLE events; --",
        "%",
        "_",
        "a\\b",
        "\"",
        &long,
        &longest,
    ];
    for id in ids {
        append(&store, id, [1, 2]).await.unwrap();
    }
    for id in ids {
        assert_eq!(stream(&store, id).await, [event(id, 1), event(id, 2)], "{id}");
        let position = store.position_of("reservation", id, 2).await.unwrap();
        let found = log(&store).await.into_iter().find(|found| Some(found.position) == position).unwrap();
        assert_eq!((found.aggregate_id.as_str(), found.sequence), (id, 2));
    }
    assert_eq!(log(&store).await.len(), 2 * ids.len());
}

pub(crate) async fn payloads_come_back_as_they_were<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    let nested = nested(100);
    let payloads = [
        json!({ "numbers": [0, -1, 9_007_199_254_740_993_u64, u64::MAX, i64::MIN, i64::MAX] }),
        json!({ "fractions": [0.1, -0.0, 1e300, 5e-324, 1.0] }),
        json!({ "text": "„Groß“ – 鍵 👩‍🚀 \u{202e} \u{feff} \u{1} \n \\ \" / \u{ffff}" }),
        json!({ "": { "ключ": [], "empty": {}, "no": false, "none": null } }),
        nested,
        json!([]),
        json!("text alone"),
        json!(null),
    ];
    for (sequence, payload) in (1..).zip(payloads.clone()) {
        store.persist::<Stream>(&[event_of::<Stream>("a", sequence, payload)], None).await.unwrap();
    }
    let stored: Vec<Value> = stream(&store, "a").await.into_iter().map(|event| event.payload).collect();
    assert_eq!(stored, payloads);
    let read: Vec<Value> =
        log(&store).await.iter().map(|event| serde_json::from_str(&event.payload).unwrap()).collect();
    assert_eq!(read, payloads);
}

pub(crate) async fn metadata_comes_back_as_it_was<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    let metadata = json!({
        "actor_id": "4ae1f3c8-52b7-4d9d-8c06-7f3b9e1d2a65",
        "actor_kind": "user",
        "authenticated_by": "password",
        "causation_id": "0198c6d2-7f3b-7c2d-8e5f-60718293a4b5",
        "context_commitment": "5e1f9a3c7b2d4e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7",
        "correlation_id": "0198c6d2-7f3a-7b1c-9d4e-5f60718293a4",
        "request_id": "„r“ – 1\n",
    });
    let stored = SerializedEvent { metadata: metadata.clone(), ..event("a", 1) };
    store.persist::<Stream>(&[stored], None).await.unwrap();
    assert_eq!(stream(&store, "a").await[0].metadata, metadata);
    // PostgreSQL writes the text of JSON in its own way; the value is the same.
    assert_eq!(serde_json::from_str::<Value>(&log(&store).await[0].metadata).unwrap(), metadata);
}

/// The refusal's text; it is one of the store's own, not of its database.
fn refusal(result: Result<(), PersistenceError>) -> String {
    match result {
        Err(PersistenceError::UnknownError(error)) => error.to_string(),
        other => format!("{other:?} is not a refusal"),
    }
}

pub(crate) async fn a_nul_is_refused_wherever_it_is<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    let nul = |spoil: &dyn Fn(&mut SerializedEvent)| {
        let mut spoilt = event("a", 2);
        spoil(&mut spoilt);
        spoilt
    };
    let spoilt = [
        nul(&|event| event.payload = json!({ "name": "a\0b" })),
        nul(&|event| event.payload = json!({ "deep": [[{ "name": ["", "\0"] }]] })),
        nul(&|event| event.payload = json!({ "na\0me": 1 })),
        nul(&|event| event.metadata = json!({ "request_id": "\0" })),
        nul(&|event| event.aggregate_id = "a\0".into()),
        nul(&|event| event.event_type = "reservation\0.made".into()),
        nul(&|event| event.event_version = "1\0".into()),
    ];
    for spoilt in spoilt {
        let event_type = spoilt.event_type.clone();
        let result = store.persist::<Stream>(&[event("a", 1), spoilt.clone()], None).await;
        assert_eq!(refusal(result), format!("the event {event_type:?} contains a NUL character"), "{spoilt:?}");
    }
    assert_eq!(log(&store).await, []);
    append(&store, "a\\0", [1]).await.unwrap();
    assert_eq!(sequences(&store, "a\\0").await, [1], "a backslash and a zero are no NUL");
}

const LIMIT: usize = 256 * 1024;

pub(crate) async fn what_is_too_large_is_refused<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    // A JSON string of n letters has n + 2 bytes.
    let large = event_of::<Stream>("a", 2, json!("x".repeat(LIMIT - 1)));
    let result = store.persist::<Stream>(&[event("a", 1), large], None).await;
    assert_eq!(refusal(result), "the payload of reservation.made has 262145 bytes; at most 262144 are stored");
    let large = SerializedEvent { metadata: json!("x".repeat(LIMIT - 1)), ..event("a", 1) };
    let result = store.persist::<Stream>(&[large], None).await;
    assert_eq!(refusal(result), "the metadata of reservation.made has 262145 bytes; at most 262144 are stored");
    assert_eq!(log(&store).await, []);
}

pub(crate) async fn what_is_just_not_too_large_is_stored<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    let payload = json!("é".repeat((LIMIT - 2) / 2));
    assert_eq!(payload.to_string().len(), LIMIT);
    store.persist::<Stream>(&[event_of::<Stream>("a", 1, payload.clone())], None).await.unwrap();
    assert_eq!(stream(&store, "a").await[0].payload, payload);
}

/// A value inside so many arrays and objects.
fn nested(levels: usize) -> Value {
    (0..levels)
        .fold(json!("core"), |inner, level| if level % 2 == 0 { json!([inner, null]) } else { json!({ "in": inner }) })
}

pub(crate) async fn what_nobody_could_load_again_is_refused<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    for levels in [101, 127, 128, 1_000] {
        let deep = event_of::<Stream>("a", 1, nested(levels));
        let result = store.persist::<Stream>(&[deep], None).await;
        assert_eq!(refusal(result), "the payload of reservation.made is nested deeper than 100 levels", "{levels}");
    }
    append(&store, "a", [1]).await.unwrap();
    assert_eq!(sequences(&store, "a").await, [1]);
}
