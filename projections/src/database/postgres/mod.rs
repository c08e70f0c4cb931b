//! PostgreSQL: a pool of connections, each looking at one schema.

mod bind;
mod checked;
mod error;
mod pool;
mod rewrite;
mod session;
mod tables;
mod url;

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use tokio::runtime::Handle;

use self::bind::parameters;
use self::checked::Checked;
pub use self::pool::PoolStatus;
use self::session::PostgresSession;
pub use self::url::{PostgresUrl, PostgresUrlError};
use super::{DatabaseError, Row, Session, Value};

/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long a statement may take. A server that does not answer must not keep its callers for ever.
const STATEMENT: Duration = Duration::from_secs(10);

/// One schema of a database. Clones share its connections.
#[derive(Clone, Debug)]
pub struct PostgresDatabase {
    pool: Pool,
    schema: Arc<str>,
}

impl PostgresDatabase {
    /// Gets ready to use a schema, with at most so many connections. Nothing is connected yet.
    ///
    /// # Errors
    /// [`DatabaseError`] when the pool cannot be made.
    pub fn new(url: &PostgresUrl, schema: &str, connections: usize) -> Result<Self, DatabaseError> {
        Self::with_settings(url, schema, connections, &[])
    }

    /// As [`Self::new`], with settings of the server (names and values without spaces) that each connection has besides ours
    /// or instead of them; `role` is who its statements run as.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_settings(
        url: &PostgresUrl,
        schema: &str,
        connections: usize,
        settings: &[(&str, &str)],
    ) -> Result<Self, DatabaseError> {
        let pool = pool::make(url, schema, connections, settings)?;
        Ok(Self { pool, schema: schema.into() })
    }

    /// How busy its connections are.
    pub fn pool(&self) -> PoolStatus {
        PoolStatus::of(&self.pool)
    }

    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// A connection, for what the common ways do not offer. Whoever leaves it in the middle of a transaction has to throw
    /// it away.
    ///
    /// # Errors
    /// [`DatabaseError`] when there is none within two seconds.
    pub async fn connection(&self) -> Result<Object, DatabaseError> {
        self.pool.get().await.map_err(DatabaseError::from)
    }

    pub(super) async fn select(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        Checked(Some(self.connection().await?)).rows(sql, values).await
    }

    pub(super) async fn execute(&self, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
        Checked(Some(self.connection().await?)).execute(sql, values).await
    }

    pub(super) async fn write<T, E>(
        &self,
        work: impl FnOnce(&mut dyn Session) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    {
        let connection = Checked(Some(self.connection().await?));
        let handle = Handle::current();
        let task = tokio::task::spawn_blocking(move || {
            let mut session = PostgresSession::begin(connection, handle, "BEGIN")?;
            match work(&mut session) {
                Ok(done) => {
                    session.commit()?;
                    Ok(done)
                }
                Err(error) => {
                    // Where even this fails, the connection ends and the transaction with it.
                    let _ended = session.roll_back();
                    Err(error)
                }
            }
        });
        task.await.map_err(DatabaseError::ended)?
    }

    pub(super) async fn snapshot(&self) -> Result<PostgresSession, DatabaseError> {
        let connection = Checked(Some(self.connection().await?));
        let handle = Handle::current();
        let task = tokio::task::spawn_blocking(move || PostgresSession::begin(connection, handle, session::SNAPSHOT));
        task.await.map_err(DatabaseError::ended)?
    }
}
