//! Events to append, and the log read back.

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, SerializedEvent};
use routix_domain::log::{EventFeed, RecordedEvent};
use routix_domain::reservation::Reservation;
use serde_json::{Value, json};

/// The aggregate of most cases: its streams may have any id.
pub(crate) type Stream = Reservation;

pub(crate) fn event(id: &str, sequence: usize) -> SerializedEvent {
    event_of::<Stream>(id, sequence, json!({ "type": "reservation.made", "number": sequence }))
}

pub(crate) fn event_of<A: Aggregate>(id: &str, sequence: usize, payload: Value) -> SerializedEvent {
    SerializedEvent::new(
        id.to_owned(),
        sequence,
        A::TYPE.to_owned(),
        "reservation.made".to_owned(),
        "1".to_owned(),
        payload,
        json!({ "actor_kind": "system" }),
    )
}

/// Appends the events with these sequences to one stream, in one append.
pub(crate) async fn append<S: PersistedEventRepository>(
    store: &S,
    id: &str,
    sequences: impl IntoIterator<Item = usize>,
) -> Result<(), PersistenceError> {
    let events: Vec<_> = sequences.into_iter().map(|sequence| event(id, sequence)).collect();
    store.persist::<Stream>(&events, None).await
}

pub(crate) async fn stream<S: PersistedEventRepository>(store: &S, id: &str) -> Vec<SerializedEvent> {
    store.get_events::<Stream>(id).await.unwrap()
}

pub(crate) async fn sequences<S: PersistedEventRepository>(store: &S, id: &str) -> Vec<usize> {
    stream(store, id).await.into_iter().map(|event| event.sequence).collect()
}

/// The whole log, in small pages, as a reader without any memory but its position sees it.
pub(crate) async fn log(feed: &dyn EventFeed) -> Vec<RecordedEvent> {
    let (mut events, mut position) = (Vec::new(), 0);
    loop {
        let page = feed.read_after(position, 7).await.unwrap();
        if page.events.is_empty() {
            return events;
        }
        assert!(page.next > position, "reading on from {position} leads to {}", page.next);
        position = page.next;
        events.extend(page.events);
    }
}

pub(crate) fn is_conflict(result: &Result<(), PersistenceError>) -> bool {
    matches!(result, Err(PersistenceError::OptimisticLockError))
}
