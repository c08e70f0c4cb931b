//! What every store takes, so that a log can move from one store to another.

use cqrs_es::persist::{PersistenceError, SerializedEvent};
use serde_json::Value;

/// Larger payloads and metadata are refused: an event is a fact, not a document.
const MAX_BYTES: usize = 256 * 1024;
/// Deeper nesting is refused. serde_json reads at most 128 levels: what is written deeper can never be loaded again.
const MAX_DEPTH: usize = 100;

/// An append that no store takes.
#[derive(Debug, thiserror::Error)]
pub enum UnstorableEvent {
    #[error("the {part} of {event_type} has {bytes} bytes; at most {MAX_BYTES} are stored")]
    TooLarge { part: &'static str, event_type: String, bytes: usize },
    #[error("the {part} of {event_type} is nested deeper than {MAX_DEPTH} levels")]
    TooDeep { part: &'static str, event_type: String },
    #[error("the event {event_type:?} contains a NUL character")]
    Nul { event_type: String },
    #[error("snapshots are not stored")]
    Snapshot,
    #[error("events are read in order through the feed")]
    Stream,
}

impl From<UnstorableEvent> for PersistenceError {
    fn from(error: UnstorableEvent) -> Self {
        Self::UnknownError(Box::new(error))
    }
}

/// # Errors
/// [`UnstorableEvent`] names the first event that no store takes.
pub(super) fn check(events: &[SerializedEvent]) -> Result<(), UnstorableEvent> {
    events.iter().try_for_each(check_one)
}

fn check_one(event: &SerializedEvent) -> Result<(), UnstorableEvent> {
    let event_type = || event.event_type.clone();
    let columns = [&event.aggregate_type, &event.aggregate_id, &event.event_type, &event.event_version];
    if columns.into_iter().any(|text| text.contains('\0')) {
        return Err(UnstorableEvent::Nul { event_type: event_type() });
    }
    for (part, value) in [("payload", &event.payload), ("metadata", &event.metadata)] {
        // First, because what comes after it goes down into the value itself.
        if !is_within(value, MAX_DEPTH) {
            return Err(UnstorableEvent::TooDeep { part, event_type: event_type() });
        }
        if contains_nul(value) {
            return Err(UnstorableEvent::Nul { event_type: event_type() });
        }
        let bytes = value.to_string().len();
        if bytes > MAX_BYTES {
            return Err(UnstorableEvent::TooLarge { part, event_type: event_type(), bytes });
        }
    }
    Ok(())
}

/// Whether the value has at most so many arrays and objects inside one another.
fn is_within(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| is_within(item, levels - 1)),
        Value::Object(members) => levels > 0 && members.values().all(|value| is_within(value, levels - 1)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// PostgreSQL's `jsonb` and `text` cannot hold a NUL, so no store takes one.
fn contains_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(contains_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || contains_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
