//! cqrs-es's write port.

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot};
use rusqlite::Row;
use serde_json::Value;

use super::SqliteEventStore;
use super::writer::StoreError;

/// Larger payloads and metadata are refused: an event is a fact, not a document.
const MAX_BYTES: usize = 256 * 1024;
/// Deeper nesting is refused. serde_json reads at most 128 levels: what is written deeper can never be loaded again.
const MAX_DEPTH: usize = 100;

/// An append that no store takes, so that a log can move from one store to another.
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

impl PersistedEventRepository for SqliteEventStore {
    async fn get_events<A: Aggregate>(&self, aggregate_id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.get_last_events::<A>(aggregate_id, 0).await
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let last = i64::try_from(last_sequence).unwrap_or(i64::MAX);
        let rows: Vec<(i64, String, String, String, String)> = self
            .readers
            .with(|connection| {
                connection
                    .prepare_cached(
                        "SELECT sequence, event_type, event_version, payload, metadata FROM events
                         WHERE aggregate_type = ?1 AND aggregate_id = ?2 AND sequence > ?3 ORDER BY sequence",
                    )?
                    .query_map((A::TYPE, aggregate_id, last), columns)?
                    .collect::<rusqlite::Result<_>>()
            })
            .map_err(StoreError::Statement)?;
        rows.into_iter()
            .map(|(sequence, event_type, event_version, payload, metadata)| {
                Ok(SerializedEvent {
                    aggregate_id: aggregate_id.to_owned(),
                    sequence: usize::try_from(sequence).unwrap_or_default(),
                    aggregate_type: A::TYPE.to_owned(),
                    event_type,
                    event_version,
                    payload: serde_json::from_str(&payload)?,
                    metadata: serde_json::from_str(&metadata)?,
                })
            })
            .collect()
    }

    async fn get_snapshot<A: Aggregate>(&self, _id: &str) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        Ok(None)
    }

    async fn persist<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        snapshot_update: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        if snapshot_update.is_some() {
            return Err(UnstorableEvent::Snapshot.into());
        }
        events.iter().try_for_each(check)?;
        self.writer.append(events.to_vec()).await
    }

    async fn stream_events<A: Aggregate>(&self, _id: &str) -> Result<ReplayStream, PersistenceError> {
        Err(UnstorableEvent::Stream.into())
    }

    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        Err(UnstorableEvent::Stream.into())
    }
}

fn columns(row: &Row<'_>) -> rusqlite::Result<(i64, String, String, String, String)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

fn check(event: &SerializedEvent) -> Result<(), UnstorableEvent> {
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
