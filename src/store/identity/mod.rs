//! The life `identity`: people, sessions, request contexts, use counts and the security log, in a database of its own that is
//! not the log of events.
//!
//! What is here can be deleted without breaking the log's word, which is why it is here. Deliberately absent: plaintext
//! passwords and tokens of any kind.
//!
//! On SQLite, what writes is alone. On PostgreSQL it is not: what is decided by a row is one guarded statement, or the row is
//! locked first; and whoever locks several takes a user before his sessions, and rows of one table in the order of their keys.

mod browser_sessions;
mod contexts;
mod crowd;
mod forget;
#[cfg(test)]
mod races;
mod security_log;
mod sessions;
#[cfg(test)]
mod testing;
mod usage;
mod users;

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use routix_projections::database::{
    self, Database, DatabaseError, PoolStatus, PostgresDatabase, Row, SqliteDatabase, Value,
};
use routix_projections::sqlite_file::Durability;

pub use self::browser_sessions::{BrowserSession, OpenSession};
pub use self::contexts::{NewContext, RequestContext};
pub use self::security_log::{SecurityKind, SecurityRow};
pub use self::sessions::{Rotation, Session};
pub use self::usage::Usage;
pub use self::users::{EmailTaken, NewUser, User};
use super::migrations::{IDENTITY, MigrationError};

/// The identity database did not answer.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("the identity database does not answer")]
    Database(#[from] DatabaseError),
}

/// People and what belongs to them. Clones share its connections.
#[derive(Clone)]
pub struct IdentityDb {
    database: Database,
    /// Where each question has its way to a server; `None` for SQLite, whose file is here.
    crowd: Option<Arc<crowd::Crowd>>,
}

impl IdentityDb {
    /// How busy its connections are; `None` for SQLite.
    pub fn pool(&self) -> Option<PoolStatus> {
        self.database.pool()
    }

    /// Opens a SQLite file, makes it when it is not there, and brings it up to date.
    ///
    /// # Errors
    /// [`MigrationError`] when the file cannot be opened or brought up to date.
    pub fn open(path: &Path, now: DateTime<Utc>) -> Result<Self, MigrationError> {
        let database = SqliteDatabase::open(path, Durability::Full)?;
        IDENTITY.migrate_file(&database, now)?;
        // What is deleted here is meant to be gone, and not to wait in the free space of the file.
        database.write_blocking(|connection| connection.batch("PRAGMA secure_delete = on"))?;
        Ok(Self { database: Database::Sqlite(database), crowd: None })
    }

    /// Brings a schema in PostgreSQL up to date, and makes it when it is not there.
    ///
    /// # Errors
    /// [`MigrationError`] when the database does not answer or cannot be brought up to date.
    pub async fn open_postgres(database: PostgresDatabase, now: DateTime<Utc>) -> Result<Self, MigrationError> {
        let database = Database::Postgres(database);
        IDENTITY.migrate(&database, now).await?;
        Ok(Self { database, crowd: Some(Arc::default()) })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`IdentityError`] when it does not.
    pub async fn ping(&self) -> Result<(), IdentityError> {
        self.database.select("SELECT 1 FROM users LIMIT 1", &[]).await?;
        Ok(())
    }

    /// What `read` makes of each row.
    async fn list<T>(
        &self,
        sql: &str,
        values: &[Value],
        read: impl Fn(&Row) -> Result<T, DatabaseError>,
    ) -> Result<Vec<T>, IdentityError> {
        let rows = self.database.select(sql, values).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// What `read` makes of the first row.
    async fn find<T>(
        &self,
        sql: &str,
        values: &[Value],
        read: impl Fn(&Row) -> Result<T, DatabaseError>,
    ) -> Result<Option<T>, IdentityError> {
        Ok(self.database.select_one(sql, values).await?.as_ref().map(read).transpose()?)
    }

    /// Runs `work` in one transaction.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn database::Session) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, IdentityError> {
        Ok(self.database.write(work).await?)
    }
}
