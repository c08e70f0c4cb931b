//! The database of the read models: queries for those who read, and one transaction a batch for the runner.
//!
//! A reader names a table by its plain name. That name is a view of the live generation, so a query sees the tables of
//! before or of after a swap and never a mixture.

mod advance;
mod build;
mod compare;
mod control;
mod error;
mod fold;
mod generation;
mod kept;
#[cfg(test)]
mod kept_tests;
#[cfg(test)]
mod leader_tests;
mod pace;
mod room;
mod schema;
mod status;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

pub use self::advance::{Advance, Outcome};
pub(crate) use self::build::{Fold, Folded};
pub use self::compare::Difference;
pub use self::error::ReadError;
pub use self::generation::{Generation, State};
use self::kept::Kept;
pub use self::kept::Moment;
use self::kept::Stamps;
use self::pace::Pace;
pub use self::room::{Bytes, Size};
pub use self::status::ProjectionStatus;
use crate::database::{Database, PoolStatus, SqliteDatabase, Watched};
use crate::sqlite_file::Durability;
use crate::table::{TableRow, Value};

/// The read models. Clones share their connections.
#[derive(Clone, Debug)]
pub struct ReadDb {
    database: Database,
    pace: Arc<Pace>,
    stamps: Arc<Watched<Stamps>>,
    kept: Arc<Kept>,
}

impl ReadDb {
    /// How busy its connections are; `None` for SQLite.
    pub fn pool(&self) -> Option<PoolStatus> {
        self.database.pool()
    }

    /// Takes a database whose migrations have run.
    pub fn new(database: Database) -> Self {
        let stamps = Arc::new(kept::watch(&database));
        Self { database, pace: Arc::default(), stamps, kept: Arc::default() }
    }

    /// Opens a file whose migrations have run.
    ///
    /// # Errors
    /// [`ReadError::Unavailable`] when SQLite cannot open it.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        // Lost commits are applied again from the log, so this file need not wait for the disk.
        Ok(Self::new(Database::Sqlite(SqliteDatabase::open(path, Durability::Normal)?)))
    }

    /// The rows of `T` behind `tail`: `WHERE`, `ORDER BY` and `LIMIT` with `$1`, `$2`… in the order of `parameters`.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer or holds a row that is none.
    pub async fn select<T: TableRow>(&self, tail: &'static str, parameters: Vec<Value>) -> Result<Vec<T>, ReadError> {
        let sql = format!("SELECT {} FROM {} {tail}", T::TABLE.column_list(), T::TABLE.name);
        let rows = self.database.select(&sql, &parameters).await?;
        rows.into_iter().map(|row| Ok(T::from_values(row.0)?)).collect()
    }

    /// The first row of [`Self::select`].
    ///
    /// # Errors
    /// As [`Self::select`].
    pub async fn select_one<T: TableRow>(
        &self,
        tail: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Option<T>, ReadError> {
        Ok(self.select(tail, parameters).await?.into_iter().next())
    }
}
