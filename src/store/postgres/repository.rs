//! cqrs-es's write port: postgres-es does the work, and what it leaves open is settled here.

use std::time::Duration;

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot};
use routix_projections::values;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::PostgresEventStore;
use crate::store::storable::{self, UnstorableEvent};

/// How often an append is tried whose outcome is not known.
const TRIES: u32 = 3;
/// How long it rests in between.
const PAUSE: Duration = Duration::from_millis(100);
/// How long one try may take.
const LIMIT: Duration = Duration::from_secs(12);

type Cause = Box<dyn std::error::Error + Send + Sync>;

impl PersistedEventRepository for PostgresEventStore {
    async fn get_events<A: Aggregate>(&self, aggregate_id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
        within(self.repository.get_events::<A>(aggregate_id)).await
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        within(self.repository.get_last_events::<A>(aggregate_id, last_sequence)).await
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
        let Some(last) = events.last() else { return Ok(()) };
        self.append::<A>(events).await?;
        self.ring(last).await;
        Ok(())
    }

    async fn stream_events<A: Aggregate>(&self, _id: &str) -> Result<ReplayStream, PersistenceError> {
        Err(UnstorableEvent::Stream.into())
    }

    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        Err(UnstorableEvent::Stream.into())
    }
}

impl PostgresEventStore {
    /// A connection that breaks during the commit leaves open whether there was one. The same append once more tells: either
    /// it is taken now, or its place is, and then it is seen whose events are there. The key makes it wait for a commit that
    /// is still under way.
    async fn append<A: Aggregate>(&self, events: &[SerializedEvent]) -> Result<(), PersistenceError> {
        let mut is_known = true;
        for attempt in 1.. {
            match within(self.repository.persist::<A>(events, None)).await {
                Err(PersistenceError::OptimisticLockError) if !is_known && self.are_stored::<A>(events).await? => break,
                Err(PersistenceError::ConnectionError(error)) if attempt < TRIES && was_begun(&error) => {
                    tracing::warn!(error, attempt, "an append was not answered; asking what became of it");
                    is_known = false;
                    sleep(PAUSE * attempt).await;
                }
                known => return known,
            }
        }
        Ok(())
    }

    /// Whether the stream has exactly these events at their places. What caused them is in their metadata and is never the
    /// same twice.
    async fn are_stored<A: Aggregate>(&self, events: &[SerializedEvent]) -> Result<bool, PersistenceError> {
        let Some(first) = events.first() else { return Ok(true) };
        let stored = self.get_last_events::<A>(&first.aggregate_id, first.sequence.saturating_sub(1)).await?;
        Ok(stored.get(..events.len()) == Some(events))
    }

    /// Tells those who wait for events that there are some. Whoever does not hear of it looks for himself soon.
    async fn ring(&self, last: &SerializedEvent) {
        const SQL: &str =
            "SELECT position FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3";
        let sequence = i64::try_from(last.sequence).unwrap_or(i64::MAX);
        let values = values![last.aggregate_type.clone(), last.aggregate_id.clone(), sequence];
        if let Ok(Some(row)) = self.database.select_one(SQL, &values).await
            && let Ok(position) = row.get(0)
        {
            self.heard_of(position);
        }
    }

    pub(super) fn heard_of(&self, position: u64) {
        self.head.send_if_modified(|head| {
            let is_newer = position > *head;
            *head = position.max(*head);
            is_newer
        });
    }
}

/// A server that says nothing is one that does not answer, and so is one that says that it cannot.
async fn within<T>(work: impl Future<Output = Result<T, PersistenceError>>) -> Result<T, PersistenceError> {
    match timeout(LIMIT, work).await {
        Ok(Err(PersistenceError::UnknownError(error))) if error.is::<sqlx::Error>() => {
            Err(PersistenceError::ConnectionError(error))
        }
        Ok(done) => done,
        Err(elapsed) => Err(PersistenceError::ConnectionError(Box::new(elapsed))),
    }
}

/// Without a connection nothing was begun.
fn was_begun(error: &Cause) -> bool {
    !matches!(error.downcast_ref::<sqlx::Error>(), Some(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed))
}
