//! The write port: sequences, conflicts, and all or nothing.

use futures_util::future::join_all;
use routix::system::System;
use routix_domain::app::App;
use routix_domain::log::EventFeed;
use serde_json::json;
use tokio::sync::Barrier;

use super::StoreUnderTest;
use super::place::{Stream, append, event, event_of, is_conflict, log, sequences, stream};
use crate::support::bounded;
use cqrs_es::persist::PersistedEventRepository;

pub(crate) async fn the_first_event_is_appended_at_1<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    append(&store, "a", [1]).await.unwrap();
    assert_eq!(stream(&store, "a").await, [event("a", 1)]);
}

pub(crate) async fn events_follow_events<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    for sequence in 1..=20 {
        append(&store, "a", [sequence]).await.unwrap();
    }
    append(&store, "a", 21..=40).await.unwrap();
    assert_eq!(sequences(&store, "a").await, (1..=40).collect::<Vec<_>>());
    let last: Vec<_> = store.get_last_events::<Stream>("a", 38).await.unwrap();
    assert_eq!(last, [event("a", 39), event("a", 40)]);
    assert_eq!(store.get_last_events::<Stream>("a", 40).await.unwrap(), []);
}

pub(crate) async fn a_stale_sequence_is_a_conflict_and_writes_nothing<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    append(&store, "a", 1..=3).await.unwrap();
    let before = log(&store).await;
    for stale in [vec![1], vec![3], vec![2, 3, 4], vec![3, 4]] {
        let result = append(&store, "a", stale.clone()).await;
        assert!(is_conflict(&result), "{stale:?}: {result:?}");
    }
    assert_eq!(log(&store).await, before);
}

pub(crate) async fn a_gap_in_the_sequence_is_refused<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    append(&store, "a", [1]).await.unwrap();
    for (id, gap) in [("a", vec![3]), ("a", vec![2, 4]), ("b", vec![2]), ("b", vec![0]), ("b", vec![0, 1])] {
        let result = append(&store, id, gap.clone()).await;
        assert!(result.is_err(), "{gap:?}");
    }
    assert_eq!((sequences(&store, "a").await, sequences(&store, "b").await), (vec![1], vec![]));
}

pub(crate) async fn an_append_of_several_events_is_written_whole_or_not_at_all<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    append(&store, "a", 1..=5).await.unwrap();
    // The last event spoils what came before it in the same append, and only that.
    let (spoilt, sound) = tokio::join!(append(&store, "a", [6, 7, 8, 8]), append(&store, "b", [1, 2]));
    assert!(is_conflict(&spoilt), "{spoilt:?}");
    sound.unwrap();
    assert_eq!((sequences(&store, "a").await, sequences(&store, "b").await), (vec![1, 2, 3, 4, 5], vec![1, 2]));
}

pub(crate) async fn two_appenders_race_and_one_wins<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    for sequence in 1..=100 {
        let barrier = Barrier::new(2);
        let racer = |name: &'static str| {
            let (store, barrier) = (&store, &barrier);
            async move {
                barrier.wait().await;
                let event = event_of::<Stream>("race", sequence, json!({ "by": name }));
                store.persist::<Stream>(&[event], None).await.is_ok()
            }
        };
        let (left, right) = tokio::join!(racer("left"), racer("right"));
        assert!(left != right, "round {sequence}: {left} and {right}");
        let winner = stream(&store, "race").await.pop().unwrap();
        assert_eq!(
            (winner.sequence, &winner.payload),
            (sequence, &json!({ "by": if left { "left" } else { "right" } }))
        );
    }
    assert_eq!(log(&store).await.len(), 100);
}

pub(crate) async fn streams_of_different_types_with_one_id_are_different_streams<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    append(&store, "a", 1..=2).await.unwrap();
    let other = event_of::<App>("a", 1, json!({}));
    store.persist::<App>(std::slice::from_ref(&other), None).await.unwrap();
    assert_eq!(store.get_events::<App>("a").await.unwrap(), [other]);
    assert_eq!(sequences(&store, "a").await, [1, 2]);
}

pub(crate) async fn an_unknown_stream_is_empty<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    append(&store, "a", [1]).await.unwrap();
    for unknown in ["", "b", "A", "a ", "a%", "_"] {
        assert_eq!(stream(&store, unknown).await, [], "{unknown:?}");
    }
}

pub(crate) async fn an_append_without_events_changes_nothing<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    append(&store, "a", []).await.unwrap();
    assert_eq!((store.head().await.unwrap(), log(&store).await), (0, vec![]));
}

pub(crate) async fn snapshots_and_replays_are_refused<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    let result = store.persist::<Stream>(&[event("a", 1)], Some(("a".into(), json!({}), 1))).await;
    assert_eq!(result.unwrap_err().to_string(), "snapshots are not stored");
    assert!(store.get_snapshot::<Stream>("a").await.unwrap().is_none());
    assert_eq!(log(&store).await, []);
    let refusal = "events are read in order through the feed";
    assert_eq!(store.stream_events::<Stream>("a").await.err().unwrap().to_string(), refusal);
    assert_eq!(store.stream_all_events::<Stream>().await.err().unwrap().to_string(), refusal);
}

pub(crate) async fn an_appender_that_gives_up_leaves_the_store_working<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    // Each is polled once, which hands its append over, and dropped before its answer.
    for number in 0..50 {
        let id = format!("left-{number}");
        tokio::select! {
            biased;
            _ = append(&store, &id, [1, 2]) => {}
            () = std::future::ready(()) => {}
        }
    }
    let ids: Vec<_> = (0..20).map(|number| format!("stayed-{number}")).collect();
    let answers = bounded("the answers", join_all(ids.iter().map(|id| append(&store, id, [1])))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 20);
    // Whoever gave up finds its append whole or not at all.
    for number in 0..50 {
        let found = sequences(&store, &format!("left-{number}")).await;
        assert!(found.is_empty() || found == [1, 2], "{found:?}");
    }
}
