//! The answer to one small question that everybody asks, as it was at some moment after he asked.
//!
//! SQLite is asked again only when another connection, of whichever process, has written to the file since. PostgreSQL is
//! asked by one at a time, for all who came before he asked: however many ask, there is one question under way and one crowd
//! that waits for the next.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::{Database, DatabaseError, PostgresDatabase, Row, SqliteDatabase, sqlite};

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
    Postgres { database: PostgresDatabase, asked: AtomicU64, last: tokio::sync::Mutex<Last<T>> },
}

/// A connection that never writes, and what it read last.
#[derive(Debug)]
struct Lookout<T> {
    connection: Connection,
    /// SQLite's own number, which is another one for this connection once somebody else has written.
    data_version: i64,
    answer: Arc<T>,
}

/// The last answer of PostgreSQL.
#[derive(Debug)]
struct Last<T> {
    /// Everybody up to this number had asked before PostgreSQL was asked.
    asked: u64,
    /// What it said of a failure, for those who have waited for it: they need not wait for the next.
    answer: Option<Result<Arc<T>, String>>,
}

impl<T> Watched<T> {
    pub(crate) fn new(database: &Database, sql: String, read: Read<T>) -> Self {
        let source = match database {
            Database::Sqlite(database) => Source::Sqlite { database: database.clone(), lookouts: Mutex::default() },
            Database::Postgres(database) => Source::Postgres {
                database: database.clone(),
                asked: AtomicU64::new(0),
                last: tokio::sync::Mutex::new(Last { asked: 0, answer: None }),
            },
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
            Source::Postgres { database, asked, last } => {
                // From 1, so that the answer to nobody serves nobody.
                let mine = asked.fetch_add(1, Ordering::SeqCst) + 1;
                let mut last = last.lock().await;
                if last.asked < mine {
                    let everybody = asked.load(Ordering::SeqCst);
                    let answer = database.select(&self.sql, &[]).await.and_then(|rows| (self.read)(&rows));
                    let answer = answer.map(Arc::new);
                    let kept = answer.as_ref().map(Arc::clone).map_err(ToString::to_string);
                    *last = Last { asked: everybody, answer: Some(kept) };
                    return answer;
                }
                match &last.answer {
                    Some(Ok(answer)) => Ok(Arc::clone(answer)),
                    Some(Err(said)) => Err(DatabaseError::unavailable(said.clone())),
                    None => Err(DatabaseError::Cancelled),
                }
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
