//! Writing tables anew, so that what was deleted from them is in no file of theirs any more.

use std::time::Duration;

use deadpool_postgres::Object;
use tokio::time::{sleep, timeout};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use super::PostgresDatabase;
use crate::database::DatabaseError;

/// How long it may take in all: large tables take their time.
const REWRITE: Duration = Duration::from_secs(60 * 60);
/// How long a table may be in use by somebody: whoever comes after waits as well.
const LOCK: Duration = Duration::from_secs(5);
/// How long it rests between two looks at what others do.
const PAUSE: Duration = Duration::from_millis(50);

/// Whether nobody, on this server or behind it, can still see what was there before this transaction id. A writer in another
/// database counts too: the snapshots here begin with the oldest of all.
const NOBODY_LOOKS_BACK: &str = "
    SELECT NOT EXISTS (
        SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (age(backend_xid) > age($1::text::xid)
            OR age(backend_xmin) > age($1::text::xid) AND coalesce(datname, current_database()) = current_database())
        UNION ALL SELECT 1 FROM pg_prepared_xacts WHERE age(transaction) > age($1::text::xid)
        UNION ALL SELECT 1 FROM pg_replication_slots WHERE age(xmin) > age($1::text::xid))";

impl PostgresDatabase {
    /// Writes tables anew, without what was deleted from them, each under a lock that nobody else gets past. `false` when that
    /// may still be in their files: somebody looked at what was there before for longer than `wait`, or used a table for
    /// longer than five seconds, or it belongs to another role.
    ///
    /// The write-ahead log, replicas and backups hold copies of their own, for as long as they are kept.
    ///
    /// # Errors
    /// [`DatabaseError`], also when the disk has no room for a table a second time.
    pub async fn rewrite(&self, tables: &[&str], wait: Duration) -> Result<bool, DatabaseError> {
        // It does not go back to the pool, with settings that are not the pool's.
        let connection = Object::take(self.connection().await?);
        let rewritten = timeout(REWRITE, rewrite(&connection, tables, wait)).await;
        Ok(rewritten.map_err(DatabaseError::unavailable)??)
    }
}

async fn rewrite(client: &Client, tables: &[&str], wait: Duration) -> Result<bool, Error> {
    // PostgreSQL takes 0 for no limit.
    let milliseconds = wait.min(LOCK).as_millis().max(1);
    client.batch_execute(&format!("SET statement_timeout = 0; SET lock_timeout = {milliseconds}")).await?;
    let unseen = nobody_looks_back(client, wait).await?;
    let before = files(client, tables).await?;
    match client.batch_execute(&format!("VACUUM (FULL) {}", tables.join(", "))).await {
        Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => return Ok(false),
        done => done?,
    }
    // What belongs to another role is passed over, with no more than a warning.
    let after = files(client, tables).await?;
    Ok(unseen && before.iter().zip(&after).all(|(before, after)| before != after))
}

/// What is deleted stays in a table, even in a new one, for as long as somebody could look at it.
async fn nobody_looks_back(client: &Client, wait: Duration) -> Result<bool, Error> {
    let row = client.query_one("SELECT pg_current_xact_id()::xid::text", &[]).await?;
    let now: String = row.try_get(0)?;
    let mut waited = Duration::ZERO;
    while !client.query_one(NOBODY_LOOKS_BACK, &[&now]).await?.try_get::<_, bool>(0)? {
        if waited >= wait {
            return Ok(false);
        }
        sleep(PAUSE).await;
        waited += PAUSE;
    }
    Ok(true)
}

/// The number of the file of each table.
async fn files(client: &Client, tables: &[&str]) -> Result<Vec<u32>, Error> {
    let mut numbers = Vec::new();
    for table in tables {
        let row = client.query_one("SELECT pg_relation_filenode($1::text::regclass)", &[table]).await?;
        numbers.push(row.try_get(0)?);
    }
    Ok(numbers)
}
