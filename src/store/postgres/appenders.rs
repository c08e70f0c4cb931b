//! The connections that append: postgres-es on a pool that is replaced when it says nothing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use cqrs_es::persist::PersistenceError;
use postgres_es::PostgresEventRepository;
use routix_projections::database::PoolStatus;
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::time::{Instant, timeout_at};

/// Connections of a node that append.
const CONNECTIONS: u32 = 8;
/// A connection that was used so lately is used again without asking whether it is still there: the question costs as much
/// as an append itself.
const TRUSTED: Duration = Duration::from_secs(1);
/// How long an append waits for a connection.
const WAIT: Duration = Duration::from_secs(2);

pub(super) struct Appenders {
    options: PgConnectOptions,
    connected: RwLock<Connected>,
    /// Each takes one connection, or waits for one.
    steps: AtomicUsize,
}

#[derive(Clone)]
struct Connected {
    repository: Arc<PostgresEventRepository>,
    pool: PgPool,
}

/// A step under way, until it is dropped.
struct Step<'a>(&'a AtomicUsize);

impl<'a> Step<'a> {
    fn begin(steps: &'a AtomicUsize) -> Self {
        steps.fetch_add(1, Ordering::Relaxed);
        Self(steps)
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Appenders {
    /// Nothing is connected yet.
    pub(super) fn new(options: PgConnectOptions) -> Self {
        let connected = RwLock::new(connect(&options));
        Self { options, connected, steps: AtomicUsize::new(0) }
    }

    /// How busy the connections are.
    pub(super) fn pool(&self) -> PoolStatus {
        let Connected { pool, .. } = self.connected();
        let (open, most) = (pool.size() as usize, CONNECTIONS as usize);
        let waiting = self.steps.load(Ordering::Relaxed).saturating_sub(most);
        PoolStatus { most, open, in_use: open.saturating_sub(pool.num_idle()), waiting }
    }

    fn connected(&self) -> Connected {
        self.connected.read().unwrap_or_else(PoisonError::into_inner).clone()
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
        let _step = Step::begin(&self.steps);
        let Connected { repository, .. } = self.connected();
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
        let mut connected = self.connected.write().unwrap_or_else(PoisonError::into_inner);
        // Of several who have waited in vain, one is enough.
        if Arc::ptr_eq(&connected.repository, silent) {
            *connected = connect(&self.options);
        }
    }
}

fn connect(options: &PgConnectOptions) -> Connected {
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(WAIT).test_before_acquire(false);
    let pool = pool.before_acquire(|connection, meta| {
        Box::pin(async move {
            if meta.idle_for >= TRUSTED {
                connection.ping().await?;
            }
            Ok(true)
        })
    });
    let pool = pool.connect_lazy_with(options.clone());
    Connected { repository: Arc::new(PostgresEventRepository::new(pool.clone())), pool }
}
