//! The event store in use, whichever it is.

use std::sync::Arc;
use std::time::Instant;

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot};
use routix_domain::log::{EventFeed, SealStore};
use routix_projections::database::PoolStatus;
use serde_json::Value;

#[cfg(feature = "eventstore")]
use super::eventstore::EventStoreDb;
use super::identity::{IdentityError, NewContext};
use super::postgres::PostgresEventStore;
#[cfg(feature = "eventstore")]
use super::seals::Seals;
use super::sqlite::SqliteEventStore;
use crate::measure::{Append, appended};

/// One of the stores. Surfaces and commands know it only by its ports. cqrs-es's is one that cannot be behind a pointer, so
/// this hands every call on.
#[derive(Clone)]
pub enum EventStore {
    Sqlite(SqliteEventStore),
    Postgres(PostgresEventStore),
    /// The evidence is beside the read models: a server of EventStoreDB keeps events and nothing else.
    #[cfg(feature = "eventstore")]
    EventStoreDb {
        store: EventStoreDb,
        seals: Seals,
    },
}

impl EventStore {
    /// The same store, for an append that may not be there without this context: it is stored when the append is begun.
    ///
    /// # Errors
    /// [`IdentityError`] when it cannot be stored.
    pub async fn resting_on(&self, context: NewContext) -> Result<Self, IdentityError> {
        if let Self::Sqlite(store) = self
            && context.is_in_file()
        {
            return Ok(Self::Sqlite(store.resting_on(context)));
        }
        context.store().await?;
        Ok(self.clone())
    }

    /// The log, for those who only read it.
    pub fn feed(&self) -> Arc<dyn EventFeed> {
        match self {
            Self::Sqlite(store) => Arc::new(store.clone()),
            Self::Postgres(store) => Arc::new(store.clone()),
            #[cfg(feature = "eventstore")]
            Self::EventStoreDb { store, .. } => Arc::new(store.clone()),
        }
    }

    /// The evidence beside the log.
    pub fn seals(&self) -> Arc<dyn SealStore> {
        match self {
            Self::Sqlite(store) => Arc::new(store.seals()),
            Self::Postgres(store) => Arc::new(store.seals()),
            #[cfg(feature = "eventstore")]
            Self::EventStoreDb { seals, .. } => Arc::new(seals.clone()),
        }
    }

    /// How busy the connections are that read the log, and those that append to it; nothing where there is no pool.
    pub fn pools(&self) -> Vec<(&'static str, PoolStatus)> {
        match self {
            Self::Sqlite(_) => Vec::new(),
            Self::Postgres(store) => store.pools(),
            #[cfg(feature = "eventstore")]
            Self::EventStoreDb { seals, .. } => seals.pool().map(|pool| ("seals", pool)).into_iter().collect(),
        }
    }

    /// Whether what writes in this process is there. Without it the log can be read, and nothing else.
    pub fn takes_appends(&self) -> bool {
        match self {
            Self::Sqlite(store) => store.takes_appends(),
            Self::Postgres(_) => true,
            #[cfg(feature = "eventstore")]
            Self::EventStoreDb { .. } => true,
        }
    }
}

impl PersistedEventRepository for EventStore {
    async fn get_events<A: Aggregate>(&self, aggregate_id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
        match self {
            Self::Sqlite(store) => store.get_events::<A>(aggregate_id).await,
            Self::Postgres(store) => store.get_events::<A>(aggregate_id).await,
            #[cfg(feature = "eventstore")]
            Self::EventStoreDb { store, .. } => store.get_events::<A>(aggregate_id).await,
        }
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        match self {
            Self::Sqlite(store) => store.get_last_events::<A>(aggregate_id, last_sequence).await,
            Self::Postgres(store) => store.get_last_events::<A>(aggregate_id, last_sequence).await,
            #[cfg(feature = "eventstore")]
            Self::EventStoreDb { store, .. } => store.get_last_events::<A>(aggregate_id, last_sequence).await,
        }
    }

    async fn get_snapshot<A: Aggregate>(&self, id: &str) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        match self {
            Self::Sqlite(store) => store.get_snapshot::<A>(id).await,
            Self::Postgres(store) => store.get_snapshot::<A>(id).await,
            #[cfg(feature = "eventstore")]
            Self::EventStoreDb { store, .. } => store.get_snapshot::<A>(id).await,
        }
    }

    async fn persist<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        snapshot_update: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        let began = Instant::now();
        let persisted = match self {
            Self::Sqlite(store) => store.persist::<A>(events, snapshot_update).await,
            Self::Postgres(store) => store.persist::<A>(events, snapshot_update).await,
            #[cfg(feature = "eventstore")]
            Self::EventStoreDb { store, .. } => store.persist::<A>(events, snapshot_update).await,
        };
        let outcome = match &persisted {
            Ok(()) => Append::Appended,
            Err(PersistenceError::OptimisticLockError) => Append::Conflict,
            Err(
                PersistenceError::ConnectionError(_)
                | PersistenceError::DeserializationError(_)
                | PersistenceError::UnknownError(_),
            ) => Append::Failed,
        };
        appended(outcome, events.len(), began.elapsed());
        persisted
    }

    async fn stream_events<A: Aggregate>(&self, id: &str) -> Result<ReplayStream, PersistenceError> {
        match self {
            Self::Sqlite(store) => store.stream_events::<A>(id).await,
            Self::Postgres(store) => store.stream_events::<A>(id).await,
            #[cfg(feature = "eventstore")]
            Self::EventStoreDb { store, .. } => store.stream_events::<A>(id).await,
        }
    }

    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        match self {
            Self::Sqlite(store) => store.stream_all_events::<A>().await,
            Self::Postgres(store) => store.stream_all_events::<A>().await,
            #[cfg(feature = "eventstore")]
            Self::EventStoreDb { store, .. } => store.stream_all_events::<A>().await,
        }
    }
}
