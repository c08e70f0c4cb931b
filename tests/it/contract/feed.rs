//! The read port: order, pages, the head, and waiting.

use std::sync::Arc;
use std::time::Duration;

use routix::system::System;
use routix_domain::log::EventFeed;
use tokio::time::timeout;

use super::StoreUnderTest;
use super::place::{append, is_conflict, log};
use crate::support::{SetClock, bounded, system_with};

/// A log with `count` events in streams of their own length.
async fn filled<F: StoreUnderTest>(count: usize) -> (F, Arc<dyn EventFeed>) {
    let place = F::fresh();
    let store = place.open(&System::real());
    for number in 0..count {
        append(&store, &format!("s-{}", number % 3), [number / 3 + 1]).await.unwrap();
    }
    (place, Arc::new(store))
}

pub(crate) async fn an_empty_log_has_no_head_and_no_events<F: StoreUnderTest>() {
    let (_place, feed) = filled::<F>(0).await;
    assert_eq!(feed.head().await.unwrap(), 0);
    let page = feed.read_after(0, 10).await.unwrap();
    assert_eq!((page.events, page.next, page.head), (vec![], 0, 0));
    assert_eq!(feed.position_of("reservation", "a", 1).await.unwrap(), None);
}

pub(crate) async fn positions_grow_and_streams_keep_their_order<F: StoreUnderTest>() {
    let (_place, feed) = filled::<F>(30).await;
    let events = log(feed.as_ref()).await;
    assert_eq!(events.len(), 30);
    assert!(events.windows(2).all(|pair| pair[0].position < pair[1].position));
    assert!(events[0].position > 0, "0 means before the first");
    for stream in 0..3 {
        let id = format!("s-{stream}");
        let sequences: Vec<_> = events.iter().filter(|event| event.aggregate_id == id).map(|e| e.sequence).collect();
        assert_eq!(sequences, (1..=10).collect::<Vec<_>>());
    }
    assert!(events.iter().all(|event| event.event_type == "reservation.made" && event.event_version == "1"));
}

pub(crate) async fn reading_begins_behind_the_position<F: StoreUnderTest>() {
    let (_place, feed) = filled::<F>(10).await;
    let events = log(feed.as_ref()).await;
    let page = feed.read_after(events[3].position, 2).await.unwrap();
    assert_eq!(page.events, events[4..6]);
    assert_eq!(page.next, events[5].position);
    assert_eq!(page.head, events[9].position);
}

pub(crate) async fn pages_end_where_they_should<F: StoreUnderTest>() {
    let (_place, feed) = filled::<F>(10).await;
    let events = log(feed.as_ref()).await;
    let head = events[9].position;
    for (limit, expected, next) in
        [(1, 1, events[0].position), (9, 9, events[8].position), (10, 10, head), (11, 10, head), (1_000, 10, head)]
    {
        let page = feed.read_after(0, limit).await.unwrap();
        assert_eq!((page.events.len(), page.next, page.head), (expected, next, head), "{limit}");
    }
    for behind in [head, head + 5] {
        let page = feed.read_after(behind, 10).await.unwrap();
        assert_eq!((page.events, page.next, page.head), (vec![], behind, head));
    }
}

pub(crate) async fn reading_resumes_at_every_position<F: StoreUnderTest>() {
    let (_place, feed) = filled::<F>(40).await;
    let events = log(feed.as_ref()).await;
    for (index, event) in events.iter().enumerate() {
        let mut position = event.position;
        let mut rest = Vec::new();
        while position < events[39].position {
            let page = feed.read_after(position, 1 + index % 5).await.unwrap();
            position = page.next;
            rest.extend(page.events);
        }
        assert_eq!(rest, events[index + 1..], "after {}", event.position);
    }
}

pub(crate) async fn the_head_moves_with_every_append<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    let mut before = 0;
    for sequence in 1..=10 {
        append(&store, "a", [sequence]).await.unwrap();
        let head = store.head().await.unwrap();
        assert!(head > before);
        assert_eq!(store.read_after(before, 10).await.unwrap().events[0].position, head);
        before = head;
    }
}

pub(crate) async fn a_refused_append_leaves_no_trace<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    append(&store, "a", 1..=2).await.unwrap();
    let head = store.head().await.unwrap();
    assert!(is_conflict(&append(&store, "a", [3, 4, 4]).await));
    assert_eq!((store.head().await.unwrap(), log(&store).await.len()), (head, 2));
    append(&store, "a", [3]).await.unwrap();
    let page = store.read_after(head, 10).await.unwrap();
    assert_eq!(page.events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [3]);
}

pub(crate) async fn an_event_is_found_by_its_stream<F: StoreUnderTest>() {
    let (_place, feed) = filled::<F>(9).await;
    for event in log(feed.as_ref()).await {
        let found = feed.position_of("reservation", &event.aggregate_id, event.sequence).await.unwrap();
        assert_eq!(found, Some(event.position));
    }
    for (aggregate_type, id, sequence) in [("app", "s-0", 1), ("reservation", "s-9", 1), ("reservation", "s-0", 4)] {
        assert_eq!(feed.position_of(aggregate_type, id, sequence).await.unwrap(), None);
    }
}

pub(crate) async fn a_stream_is_read_by_itself_and_is_what_the_feed_holds_of_it<F: StoreUnderTest>() {
    let (_place, feed) = filled::<F>(9).await;
    let all = log(feed.as_ref()).await;
    for event in &all {
        let stream = feed.read_stream("reservation", &event.aggregate_id).await.unwrap();
        let of_it: Vec<_> = all.iter().filter(|other| other.aggregate_id == event.aggregate_id).cloned().collect();
        assert_eq!(stream, of_it);
    }
    for (aggregate_type, id) in [("app", "s-0"), ("reservation", "s-9"), ("", "")] {
        assert_eq!(feed.read_stream(aggregate_type, id).await.unwrap(), []);
    }
}

pub(crate) async fn recorded_at_never_goes_back<F: StoreUnderTest>() {
    let place = F::fresh();
    if !F::RECORDS_AT_SYSTEM_TIME {
        return assert_times_of_a_server(&place).await;
    }
    let clock = SetClock::at(1_000);
    let store = place.open(&system_with(clock.clone()));
    for (sequence, seconds) in (1..).zip([1_000, 2_000, 500, 1_999, 2_001, -5]) {
        clock.set(seconds);
        append(&store, "a", [sequence]).await.unwrap();
    }
    let recorded = |events: &[routix_domain::log::RecordedEvent]| {
        events.iter().map(|event| event.recorded_at.timestamp()).collect::<Vec<_>>()
    };
    assert_eq!(recorded(&log(&store).await), [1_000, 2_000, 2_000, 2_000, 2_001, 2_001]);
    // Nor does it when the log is opened again by a machine whose clock is late.
    let late = place.open(&system_with(SetClock::at(7)));
    append(&late, "b", [1]).await.unwrap();
    assert_eq!(recorded(&log(&late).await)[6], 2_001);
}

/// No test sets a server's clock; but the system's time is not what it records, and not less than what it recorded before.
async fn assert_times_of_a_server<F: StoreUnderTest>(place: &F) {
    for (sequence, seconds) in (1..=20).zip([7, 5].into_iter().cycle()) {
        append(&place.open(&system_with(SetClock::at(seconds))), "a", [sequence]).await.unwrap();
    }
    let events = log(&place.open(&System::real())).await;
    assert!(events.windows(2).all(|pair| pair[0].recorded_at <= pair[1].recorded_at), "{events:?}");
    let (first, last) = (events[0].recorded_at, events[19].recorded_at);
    assert!(first.timestamp() > 7 && last < System::real().now() + Duration::from_secs(3_600), "{first} to {last}");
    assert_eq!(last.timestamp_subsec_nanos() % 1_000, 0, "in microseconds");
    assert!(events.iter().any(|event| event.recorded_at.timestamp_subsec_micros() > 0));
}

pub(crate) async fn waiting_ends_with_an_append<F: StoreUnderTest>() {
    let (_place, feed) = filled::<F>(3).await;
    let head = feed.head().await.unwrap();
    bounded("a position in the past", feed.wait(head - 1)).await;
    assert_eq!(feed.head().await.unwrap(), head);
}

pub(crate) async fn waiting_for_nothing_ends_too<F: StoreUnderTest>() {
    let (_place, feed) = filled::<F>(0).await;
    // A reader that waits must look at the log itself from time to time.
    for position in [0, 17, u64::MAX] {
        let waited = timeout(Duration::from_secs(10), feed.wait(position)).await;
        assert_eq!(waited, Ok(()), "{position}");
    }
}

pub(crate) async fn an_event_has_the_same_id_in_every_log<F: StoreUnderTest>() {
    let (_one, left) = filled::<F>(6).await;
    let (_other, right) = filled::<F>(6).await;
    let ids = async |feed: Arc<dyn EventFeed>| {
        log(feed.as_ref()).await.into_iter().map(|event| event.event_id).collect::<Vec<_>>()
    };
    let (left, right) = (ids(left).await, ids(right).await);
    assert_eq!(left, right);
    assert_eq!(left.iter().collect::<std::collections::HashSet<_>>().len(), 6);
    // Derived from stream and sequence by a rule that never changes.
    assert_eq!(left[0].to_string(), "f3228a79-d265-58a5-bad8-f78bba20e87d");
}
