//! The database of the read models: queries for those who read, and one transaction a batch for the runner.
//!
//! A reader names a table by its plain name. That name is a view of the live generation, so a query sees the tables of
//! before or of after a swap and never a mixture.

mod advance;
mod compare;
mod control;
mod error;
mod generation;
mod schema;
mod status;
#[cfg(test)]
mod tests;
mod values;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, params_from_iter};

pub use self::advance::{Advance, Outcome};
pub use self::compare::Difference;
pub use self::error::ReadError;
pub use self::generation::{Generation, State};
pub use self::status::ProjectionStatus;
use self::values::values;
use crate::sqlite_file::{Durability, Readers, open_writer};
use crate::table::{TableRow, Value};

/// The read models in one SQLite file. Clones share its connections.
#[derive(Clone, Debug)]
pub struct ReadDb {
    writer: Arc<Mutex<Connection>>,
    readers: Arc<Readers>,
}

impl ReadDb {
    /// Opens a file whose migrations have run.
    ///
    /// # Errors
    /// [`ReadError::Unavailable`] when SQLite cannot open it.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        // Lost commits are applied again from the log, so this file need not wait for the disk.
        let writer = Arc::new(Mutex::new(open_writer(path, Durability::Normal)?));
        Ok(Self { writer, readers: Arc::new(Readers::new(path)) })
    }

    /// The rows of `T` behind `tail`: `WHERE`, `ORDER BY` and `LIMIT` with `$1`, `$2`… in the order of `parameters`.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer or holds a row that is none.
    pub async fn select<T: TableRow>(&self, tail: &'static str, parameters: Vec<Value>) -> Result<Vec<T>, ReadError> {
        let table = T::TABLE;
        self.readers.with(|connection| {
            let sql = format!("SELECT {} FROM {} {tail}", table.column_list(), table.name);
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(params_from_iter(&parameters))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(T::from_values(values(&table, row)?)?);
            }
            Ok(found)
        })
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

    /// Runs `work` on the writing connection, on a thread that may block.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let writer = Arc::clone(&self.writer);
        tokio::task::spawn_blocking(move || work(&mut writer.lock().unwrap_or_else(PoisonError::into_inner)))
            .await
            .map_err(ReadError::ended)?
    }
}
