//! One way to SQLite and to PostgreSQL: what is asked of a database is written once, in the SQL that both understand, and
//! runs on either.
//!
//! Statements have `$1`, `$2`… for their values. Whole numbers are `INTEGER` and `BIGINT`, truth is 0 or 1, and text sorts by
//! its bytes (`COLLATE "C"`). What the two do not share is in [`Session`] and [`Database`], and nowhere else.
//!
//! Deliberately absent: a query builder, and any type beyond those of [`Value`].

mod error;
mod group;
pub mod postgres;
mod row;
mod session;
mod sqlite;
#[cfg(test)]
mod tests;
mod together;
mod value;
mod watched;

pub use self::error::DatabaseError;
pub use self::postgres::{PoolStatus, PostgresDatabase, PostgresUrl, PostgresUrlError};
pub use self::row::Row;
pub use self::session::{Session, Snapshot};
pub use self::sqlite::SqliteDatabase;
pub use self::together::Together;
pub use self::value::{ColumnKind, ColumnValue, Json, Value};
pub(crate) use self::watched::Watched;

/// A database of either kind. Clones share its connections.
#[derive(Clone, Debug)]
pub enum Database {
    Sqlite(SqliteDatabase),
    Postgres(PostgresDatabase),
}

impl Database {
    /// The rows of one statement that changes nothing.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn select(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Self::Sqlite(database) => database.select(sql, values),
            Self::Postgres(database) => database.select(sql, values).await,
        }
    }

    /// The first row of [`Self::select`].
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn select_one(&self, sql: &str, values: &[Value]) -> Result<Option<Row>, DatabaseError> {
        Ok(self.select(sql, values).await?.into_iter().next())
    }

    /// Runs `work` in one transaction, on a thread that may block; an error takes everything back. Whoever stops waiting
    /// does not stop the work.
    ///
    /// # Errors
    /// Those of `work`, and [`DatabaseError`] of the transaction.
    pub async fn write<T, E>(
        &self,
        work: impl FnOnce(&mut dyn Session) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    {
        match self {
            Self::Sqlite(database) => database.write(work).await,
            Self::Postgres(database) => database.write(work).await,
        }
    }

    /// Runs one statement that is a transaction by itself, and returns how many rows it changed. On PostgreSQL that is one
    /// round trip instead of three.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, DatabaseError> {
        match self {
            Self::Sqlite(database) => {
                let sql = sql.to_owned();
                database.write(move |session| session.execute(&sql, &values)).await
            }
            Self::Postgres(database) => database.execute(sql, &values).await,
        }
    }

    /// How busy its connections are; `None` for SQLite, which has no pool.
    pub fn pool(&self) -> Option<PoolStatus> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(database) => Some(database.pool()),
        }
    }

    /// How many bytes it may still grow by; `None` where that is the matter of another machine.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub fn free_bytes(&self) -> Result<Option<u64>, DatabaseError> {
        match self {
            Self::Sqlite(database) => database.free_bytes().map(Some),
            Self::Postgres(_) => Ok(None),
        }
    }

    /// Holds on to the database as it is now.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn snapshot(&self) -> Result<Snapshot, DatabaseError> {
        match self {
            Self::Sqlite(database) => database.snapshot().map(|session| -> Snapshot { Box::new(session) }),
            Self::Postgres(database) => database.snapshot().await.map(|session| -> Snapshot { Box::new(session) }),
        }
    }
}
