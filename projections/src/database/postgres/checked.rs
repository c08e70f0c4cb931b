//! A connection on its way back to the pool.

use std::time::Duration;

use deadpool_postgres::Object;
use tokio::time::timeout;

use super::{PostgresDatabase, STATEMENT, bind, parameters};
use crate::database::{DatabaseError, Row, Value};

impl PostgresDatabase {
    /// Throws a connection away on which nothing was said for too long, and with it those that nobody uses now: what has
    /// become of one has become of all, and whoever came next would find out for himself, one after the other.
    pub fn give_up(connection: Object) {
        if let Some(pool) = Object::pool(&connection) {
            pool.retain(|_, _| false);
        }
        drop(Object::take(connection));
    }
}

/// A connection that goes back to its pool only when it is known to be in order: not in a transaction, and nothing under way.
pub(super) struct Checked(pub(super) Option<Object>);

impl Checked {
    pub(super) async fn within<T>(
        &mut self,
        limit: Option<Duration>,
        work: impl AsyncFnOnce(&Object) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, DatabaseError> {
        let connection = self.0.take().ok_or_else(|| DatabaseError::unavailable("the connection was thrown away"))?;
        let done = match limit {
            Some(limit) => timeout(limit, work(&connection)).await,
            None => Ok(work(&connection).await),
        };
        match done {
            Ok(result) => {
                self.0 = Some(connection);
                Ok(result?)
            }
            Err(elapsed) => {
                PostgresDatabase::give_up(connection);
                Err(DatabaseError::unavailable(elapsed))
            }
        }
    }

    pub(super) async fn rows(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        let rows = self
            .within(Some(STATEMENT), async |connection| {
                let statement = connection.prepare_cached(sql).await?;
                connection.query(&statement, &parameters(values)).await
            })
            .await?;
        rows.iter().map(bind::row).collect()
    }

    /// How many rows one statement changed, which is a transaction by itself.
    pub(super) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
        self.within(Some(STATEMENT), async |connection| {
            let statement = connection.prepare_cached(sql).await?;
            connection.execute(&statement, &parameters(values)).await
        })
        .await
    }

    /// Ends the connection.
    pub(super) fn discard(&mut self) {
        drop(self.0.take().map(Object::take));
    }
}
