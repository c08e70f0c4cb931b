//! cqrs-es's write port.

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot};
use eventstore::{ReadStreamOptions, StreamPosition};
use serde_json::Value;

use super::connection::StoreError;
use super::feed::ALL;
use super::stored::serialized;
use super::{EventStoreDb, append};
use crate::store::storable::{self, UnstorableEvent};

impl From<StoreError> for PersistenceError {
    fn from(error: StoreError) -> Self {
        Self::ConnectionError(Box::new(error))
    }
}

impl PersistedEventRepository for EventStoreDb {
    async fn get_events<A: Aggregate>(&self, aggregate_id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.get_last_events::<A>(aggregate_id, 0).await
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let name = self.0.streams.name(A::TYPE, aggregate_id);
        let next = u64::try_from(last_sequence).unwrap_or(u64::MAX);
        let options =
            ReadStreamOptions::default().position(StreamPosition::Position(next)).max_count(ALL).requires_leader(true);
        let stored = self.0.read_stream(&name, &options).await?;
        stored.iter().map(|event| serialized(event, (A::TYPE, aggregate_id))).collect()
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
        append::append(self.clone(), events).await
    }

    async fn stream_events<A: Aggregate>(&self, _id: &str) -> Result<ReplayStream, PersistenceError> {
        Err(UnstorableEvent::Stream.into())
    }

    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        Err(UnstorableEvent::Stream.into())
    }
}
