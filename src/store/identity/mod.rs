//! The life `identity`: people, sessions, request contexts and use counts, in a file of its own that is not the log.
//!
//! What is here can be deleted without breaking the log's word, which is why it is here. Deliberately absent: plaintext
//! passwords and tokens of any kind.

mod contexts;
mod sessions;
mod usage;
mod users;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use routix_projections::sqlite_file::{Durability, Readers, open_writer};
use rusqlite::Connection;

pub use self::contexts::RequestContext;
pub use self::sessions::{Rotation, Session};
pub use self::usage::Usage;
pub use self::users::{EmailTaken, NewUser, User};
use super::migrations::{IDENTITY, MigrationError, migrate};

/// The identity database did not answer.
#[derive(Debug, thiserror::Error)]
#[error("the identity database does not answer")]
pub struct IdentityError(#[from] rusqlite::Error);

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
        let mut connection = open_writer(path, Durability::Full)?;
        migrate(&mut connection, IDENTITY, now)?;
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
        self.readers.with(read).map_err(IdentityError)
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
        // A task that cannot be joined was cancelled at shutdown: the transaction did not commit.
        written.await.unwrap_or(Err(rusqlite::Error::ExecuteReturnedResults)).map_err(IdentityError)
    }
}

/// A moment stored as microseconds.
fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
