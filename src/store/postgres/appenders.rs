//! The connections that append and load: postgres-es on a pool that is replaced when it says nothing.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use cqrs_es::persist::PersistenceError;
use postgres_es::PostgresEventRepository;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::time::{Instant, timeout_at};

/// Connections of a node that append and load.
const CONNECTIONS: u32 = 8;
/// How long an append waits for a connection.
const WAIT: Duration = Duration::from_secs(2);

pub(super) struct Appenders {
    options: PgConnectOptions,
    repository: RwLock<Arc<PostgresEventRepository>>,
}

impl Appenders {
    /// Nothing is connected yet.
    pub(super) fn new(options: PgConnectOptions) -> Self {
        let repository = RwLock::new(connect(&options));
        Self { options, repository }
    }

    /// Runs one step. A server that says nothing is one that does not answer, and so is one that says that it cannot.
    pub(super) async fn run<T, W>(
        &self,
        deadline: Instant,
        step: impl FnOnce(Arc<PostgresEventRepository>) -> W,
    ) -> Result<T, PersistenceError>
    where
        W: Future<Output = Result<T, PersistenceError>>,
    {
        let repository = Arc::clone(&self.repository.read().unwrap_or_else(PoisonError::into_inner));
        match timeout_at(deadline, step(Arc::clone(&repository))).await {
            Ok(Err(PersistenceError::UnknownError(error))) if error.is::<sqlx::Error>() => {
                Err(PersistenceError::ConnectionError(error))
            }
            Ok(done) => done,
            Err(elapsed) => {
                self.replace(&repository);
                Err(PersistenceError::ConnectionError(Box::new(elapsed)))
            }
        }
    }

    /// A connection that was left in the middle goes back to its pool only after it has answered, and takes up one of its
    /// places until then. One that never answers takes it up until the system gives the connection up, which may be a
    /// quarter of an hour.
    fn replace(&self, silent: &Arc<PostgresEventRepository>) {
        let mut repository = self.repository.write().unwrap_or_else(PoisonError::into_inner);
        // Of several who have waited in vain, one is enough.
        if Arc::ptr_eq(&repository, silent) {
            *repository = connect(&self.options);
        }
    }
}

fn connect(options: &PgConnectOptions) -> Arc<PostgresEventRepository> {
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(WAIT);
    Arc::new(PostgresEventRepository::new(pool.connect_lazy_with(options.clone())))
}
