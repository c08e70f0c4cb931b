//! cqrs-es's write port.

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot};
use rusqlite::Row;
use serde_json::Value;

use super::SqliteEventStore;
use super::writer::StoreError;
use crate::store::storable::{self, UnstorableEvent};

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
        storable::check(events)?;
        self.writer.append(events.to_vec(), self.context.clone()).await
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
