//! cqrs-es's write port: postgres-es appends, and what it leaves open is settled here. Its loads are not used: each place of a
//! stream is a statement of its own there, which the server prepares anew.

use std::sync::Arc;
use std::time::Duration;

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot};
use postgres_es::PostgresEventRepository;
use routix_projections::database::{DatabaseError, Row};
use routix_projections::values;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

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
        self.get_last_events::<A>(aggregate_id, 0).await
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
        if events.is_empty() {
            return Ok(());
        }
        #[cfg(feature = "failpoints")]
        fail::fail_point!("log.before_insert", |_| Err(failed()));
        self.append_in_group::<A>(events, Instant::now() + LIMIT).await?;
        #[cfg(feature = "failpoints")]
        fail::fail_point!("log.after_commit", |_| Err(failed()));
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
    /// Tries it once.
    pub(super) async fn append_once<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        deadline: Instant,
    ) -> Result<(), PersistenceError> {
        let persist =
            |repository: Arc<PostgresEventRepository>| async move { repository.persist::<A>(events, None).await };
        self.appenders.run(deadline, persist).await
    }

    /// A connection that breaks during the commit leaves open whether there was one. The same append once more tells: either
    /// it is taken now, or its place is, and then it is seen whose events are there. The key makes it wait for a commit that
    /// is still under way. It is not known from the beginning, where it was tried before.
    pub(super) async fn append_alone<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        deadline: Instant,
        mut is_known: bool,
    ) -> Result<(), PersistenceError> {
        for attempt in 1.. {
            match self.append_once::<A>(events, deadline).await {
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
        const SQL: &str = "SELECT sequence, event_type, event_version, payload::text, metadata::text FROM events
            WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence > $3 ORDER BY sequence";
        let values = values![A::TYPE.to_owned(), aggregate_id.to_owned(), i64::try_from(sequence).unwrap_or(i64::MAX)];
        let rows = match timeout_at(deadline, self.database.select(SQL, &values)).await {
            Ok(rows) => rows.map_err(not_answered)?,
            Err(elapsed) => return Err(PersistenceError::ConnectionError(Box::new(elapsed))),
        };
        rows.iter().map(|row| serialized_event::<A>(aggregate_id, row)).collect()
    }
}

fn serialized_event<A: Aggregate>(aggregate_id: &str, row: &Row) -> Result<SerializedEvent, PersistenceError> {
    let text = |column| row.get::<String>(column).map_err(not_answered);
    let sequence: i64 = row.get(0).map_err(not_answered)?;
    Ok(SerializedEvent {
        aggregate_id: aggregate_id.to_owned(),
        sequence: usize::try_from(sequence).unwrap_or_default(),
        aggregate_type: A::TYPE.to_owned(),
        event_type: text(1)?,
        event_version: text(2)?,
        payload: serde_json::from_str(&text(3)?)?,
        metadata: serde_json::from_str(&text(4)?)?,
    })
}

fn not_answered(error: DatabaseError) -> PersistenceError {
    PersistenceError::ConnectionError(Box::new(error))
}

/// Without a connection nothing was begun.
fn was_begun(error: &Cause) -> bool {
    !matches!(error.downcast_ref::<sqlx::Error>(), Some(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed))
}

#[cfg(feature = "failpoints")]
fn failed() -> PersistenceError {
    PersistenceError::ConnectionError("a failpoint".into())
}
