//! cqrs-es's write port: postgres-es does the work, and what it leaves open is settled here.

use std::sync::Arc;
use std::time::Duration;

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot};
use postgres_es::PostgresEventRepository;
use routix_projections::values;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::PostgresEventStore;
use crate::store::storable::{self, UnstorableEvent};

/// How often an append is tried whose outcome is not known.
const TRIES: u32 = 3;
/// How long it rests in between.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a load may take, or an append with all its tries: callers do not wait for longer than 15 seconds.
const LIMIT: Duration = Duration::from_secs(10);

type Cause = Box<dyn std::error::Error + Send + Sync>;

impl PersistedEventRepository for PostgresEventStore {
    async fn get_events<A: Aggregate>(&self, aggregate_id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let load =
            |repository: Arc<PostgresEventRepository>| async move { repository.get_events::<A>(aggregate_id).await };
        self.appenders.run(Instant::now() + LIMIT, load).await
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.load_after::<A>((aggregate_id, last_sequence), Instant::now() + LIMIT).await
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
        #[cfg(feature = "failpoints")]
        fail::fail_point!("log.before_insert", |_| Err(failed()));
        self.append::<A>(events).await?;
        #[cfg(feature = "failpoints")]
        fail::fail_point!("log.after_commit", |_| Err(failed()));
        self.ring(last).await;
        #[cfg(feature = "failpoints")]
        fail::fail_point!("log.before_answer");
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
        let deadline = Instant::now() + LIMIT;
        let mut is_known = true;
        for attempt in 1.. {
            let persist =
                |repository: Arc<PostgresEventRepository>| async move { repository.persist::<A>(events, None).await };
            match self.appenders.run(deadline, persist).await {
                Err(PersistenceError::OptimisticLockError)
                    if !is_known && self.are_stored::<A>(events, deadline).await? =>
                {
                    break;
                }
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
    async fn are_stored<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        deadline: Instant,
    ) -> Result<bool, PersistenceError> {
        let Some(first) = events.first() else { return Ok(true) };
        let before = (first.aggregate_id.as_str(), first.sequence.saturating_sub(1));
        let stored = self.load_after::<A>(before, deadline).await?;
        Ok(stored.get(..events.len()) == Some(events))
    }

    async fn load_after<A: Aggregate>(
        &self,
        (aggregate_id, sequence): (&str, usize),
        deadline: Instant,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let load = |repository: Arc<PostgresEventRepository>| async move {
            repository.get_last_events::<A>(aggregate_id, sequence).await
        };
        self.appenders.run(deadline, load).await
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

/// Without a connection nothing was begun.
fn was_begun(error: &Cause) -> bool {
    !matches!(error.downcast_ref::<sqlx::Error>(), Some(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed))
}

#[cfg(feature = "failpoints")]
fn failed() -> PersistenceError {
    PersistenceError::ConnectionError("a failpoint".into())
}
