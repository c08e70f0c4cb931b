//! The answer to one small question that everybody asks, as it was at some moment after he asked.
//!
//! SQLite is asked again only when another connection, of whichever process, has written to the file since. PostgreSQL is
//! asked by one at a time, for all who came before he asked.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::{Database, DatabaseError, PostgresDatabase, Row, SqliteDatabase, Together, sqlite};

/// Makes the answer of the rows.
type Read<T> = fn(&[Row]) -> Result<T, DatabaseError>;

/// A statement without values that changes nothing, and its last answer.
#[derive(Debug)]
pub(crate) struct Watched<T> {
    sql: String,
    read: Read<T>,
    source: Source<T>,
}

#[derive(Debug)]
enum Source<T> {
    Sqlite { database: SqliteDatabase, lookouts: Mutex<Vec<Lookout<T>>> },
    Postgres { database: PostgresDatabase, together: Together<(), T> },
}

/// A connection that never writes, and what it read last.
#[derive(Debug)]
struct Lookout<T> {
    connection: Connection,
    /// SQLite's own number, which is another one for this connection once somebody else has written.
    data_version: i64,
    answer: Arc<T>,
}

impl<T> Watched<T> {
    pub(crate) fn new(database: &Database, sql: String, read: Read<T>) -> Self {
        let source = match database {
            Database::Sqlite(database) => Source::Sqlite { database: database.clone(), lookouts: Mutex::default() },
            Database::Postgres(database) => {
                Source::Postgres { database: database.clone(), together: Together::new(usize::MAX) }
            }
        };
        Self { sql, read, source }
    }

    /// What is true now, or became true since this was called.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub(crate) async fn now(&self) -> Result<Arc<T>, DatabaseError> {
        match &self.source {
            Source::Sqlite { database, lookouts } => self.look(database, lookouts),
            Source::Postgres { database, together } => {
                let ask = |_everybody| async { (self.read)(&database.select(&self.sql, &[]).await?) };
                together.ask((), ask).await
            }
        }
    }

    fn look(&self, database: &SqliteDatabase, lookouts: &Mutex<Vec<Lookout<T>>>) -> Result<Arc<T>, DatabaseError> {
        let idle = lookouts.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (connection, known) = match idle {
            Some(Lookout { connection, data_version, answer }) => (connection, Some((data_version, answer))),
            None => (database.reader()?, None),
        };
        // Before the rows: what is written between the two makes it another number the next time.
        let data_version = sqlite::data_version(&connection)?;
        let answer = match known {
            Some((before, answer)) if before == data_version => answer,
            Some(_) | None => Arc::new((self.read)(&sqlite::query(&connection, &self.sql, &[])?)?),
        };
        let lookout = Lookout { connection, data_version, answer: Arc::clone(&answer) };
        lookouts.lock().unwrap_or_else(PoisonError::into_inner).push(lookout);
        Ok(answer)
    }
}
