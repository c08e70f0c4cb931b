//! The life `identity`: people, sessions, request contexts, use counts and the security log, in a file of its own that is
//! not the log of events.
//!
//! What is here can be deleted without breaking the log's word, which is why it is here. Deliberately absent: plaintext
//! passwords and tokens of any kind.

mod browser_sessions;
mod contexts;
mod forget;
mod security_log;
mod sessions;
mod usage;
mod users;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use routix_projections::database::{DatabaseError, SqliteDatabase};
use routix_projections::sqlite_file::{Durability, Readers, open_writer};
use rusqlite::types::Type;
use rusqlite::{Connection, Row};
use uuid::Uuid;

pub use self::browser_sessions::{BrowserSession, OpenSession};
pub use self::contexts::RequestContext;
pub use self::security_log::{SecurityKind, SecurityRow};
pub use self::sessions::{Rotation, Session};
pub use self::usage::Usage;
pub use self::users::{EmailTaken, NewUser, User};
use super::migrations::{IDENTITY, MigrationError};

/// The identity database did not answer.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("the identity database does not answer")]
    Database(#[from] rusqlite::Error),
    #[error("the identity database's work broke off")]
    BrokeOff,
}

/// People and what belongs to them, in one SQLite file. Clones share its connections.
#[derive(Clone)]
pub struct IdentityDb {
    writer: Arc<Mutex<Connection>>,
    readers: Arc<Readers>,
}

impl IdentityDb {
    /// Opens the file, makes it when it is not there, and brings it up to date.
    ///
    /// # Errors
    /// [`MigrationError`] when the file cannot be opened or brought up to date.
    pub fn open(path: &Path, now: DateTime<Utc>) -> Result<Self, MigrationError> {
        IDENTITY.migrate_file(&SqliteDatabase::open(path, Durability::Full)?, now)?;
        let connection = open_writer(path, Durability::Full).map_err(DatabaseError::from)?;
        // What is deleted here is meant to be gone, and not to wait in the free space of the file.
        connection.pragma_update(None, "secure_delete", true).map_err(DatabaseError::from)?;
        Ok(Self { writer: Arc::new(Mutex::new(connection)), readers: Arc::new(Readers::new(path)) })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`IdentityError`] when it does not.
    pub async fn ping(&self) -> Result<(), IdentityError> {
        self.read(|connection| connection.query_row("SELECT 1 FROM users LIMIT 1", [], |_| Ok(())).or(Ok(())))
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, IdentityError> {
        self.readers.with(read).map_err(IdentityError::Database)
    }

    /// Runs `work` in one transaction, on a thread that may block.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, IdentityError> {
        let writer = Arc::clone(&self.writer);
        let written = tokio::task::spawn_blocking(move || {
            let mut connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit().map(|()| value)
        });
        written.await.map_err(|_panicked| IdentityError::BrokeOff)?.map_err(IdentityError::Database)
    }
}

/// An id stored as text.
fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

/// A moment stored as microseconds.
fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
