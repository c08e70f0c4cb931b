//! Connections, each with the settings that our statements rely on.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};

use super::{CONNECT, PostgresUrl};
use crate::database::DatabaseError;

/// How busy a pool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStatus {
    /// At most so many connections.
    pub most: usize,
    /// So many are open.
    pub open: usize,
    /// So many of them are being used.
    pub in_use: usize,
    /// So many wait for one.
    pub waiting: usize,
}

impl PoolStatus {
    pub(super) fn of(pool: &Pool) -> Self {
        let status = pool.status();
        let in_use = status.size.saturating_sub(status.available);
        Self { most: status.max_size, open: status.size, in_use, waiting: status.waiting }
    }
}

/// How long somebody waits for a connection before he is told that there is none.
const WAIT: Duration = Duration::from_secs(2);

pub(super) fn make(
    url: &PostgresUrl,
    schema: &str,
    connections: usize,
    settings: &[(&str, &str)],
) -> Result<Pool, DatabaseError> {
    let mut options = format!(
        "-c search_path={schema} -c idle_in_transaction_session_timeout=10s -c statement_timeout=60s \
         -c plan_cache_mode=force_generic_plan -c timezone=UTC -c default_transaction_isolation=read\\ committed"
    );
    // The later one of two counts.
    for (name, value) in settings {
        options += &format!(" -c {name}={value}");
    }
    let mut config = url.config().clone();
    config.options(options);
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    Pool::builder(Manager::from_config(config, url.tls(), recycling))
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(CONNECT))
        .recycle_timeout(Some(WAIT))
        .build()
        .map_err(DatabaseError::unavailable)
}
