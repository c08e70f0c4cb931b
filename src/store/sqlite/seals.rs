//! The evidence beside the log, in the same file.
//!
//! It is written on a connection of its own: an append waits at most for one short transaction, never for the hashing.

use async_trait::async_trait;
use routix_domain::evidence::{Digest, Frontier};
use routix_domain::log::{EventHash, FeedError, SealStore, Sealed, StoredCheckpoint};
use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, TransactionBehavior};

use super::feed::unavailable;
use super::{SqliteEventStore, rows};

#[async_trait]
impl SealStore for SqliteEventStore {
    async fn sealed(&self) -> Result<Sealed, FeedError> {
        self.readers.with(sealed).map_err(unavailable)?
    }

    async fn chain_at(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        sequence: u64,
    ) -> Result<Option<Digest>, FeedError> {
        const SQL: &str = "SELECT chain FROM event_hashes WHERE position =
            (SELECT position FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2 AND sequence = ?3)";
        let found = self.readers.with(|connection| {
            let mut statement = connection.prepare_cached(SQL)?;
            statement.query_row((aggregate_type, aggregate_id, sequence), |row| digest(row, 0)).optional()
        });
        found.map_err(unavailable)
    }

    async fn seal(
        &self,
        hashes: Vec<EventHash>,
        checkpoint: StoredCheckpoint,
        frontier: &Frontier,
    ) -> Result<bool, FeedError> {
        let (writer, frontier) = (self.seals.clone(), frontier.to_bytes());
        let written = tokio::task::spawn_blocking(move || {
            let mut connection = writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            write(&mut connection, &hashes, &checkpoint, &frontier)
        });
        match written.await {
            Ok(Ok(())) => Ok(true),
            // Somebody else has sealed these events: the index is taken, or is not the next one any more.
            Ok(Err(error)) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Ok(false),
            Ok(Err(error)) => Err(unavailable(error)),
            Err(broke_off) => Err(FeedError::Unavailable(Box::new(broke_off))),
        }
    }

    async fn hashes_after(&self, position: u64, limit: usize) -> Result<Vec<EventHash>, FeedError> {
        const SQL: &str = "SELECT leaf_index, position, leaf, chain FROM event_hashes WHERE position > ?1
            ORDER BY position LIMIT ?2";
        let row = |row: &Row<'_>| {
            Ok(EventHash { index: row.get(0)?, position: row.get(1)?, leaf: digest(row, 2)?, chain: digest(row, 3)? })
        };
        self.page(SQL, (position, limit), row)
    }

    async fn checkpoints_after(&self, size: u64, limit: usize) -> Result<Vec<StoredCheckpoint>, FeedError> {
        const SQL: &str = "SELECT size, position, note FROM checkpoints WHERE size > ?1 ORDER BY size LIMIT ?2";
        self.page(SQL, (size, limit), checkpoint)
    }
}

impl SqliteEventStore {
    /// Rows with their position in the second column.
    fn page<T>(
        &self,
        sql: &str,
        (after, limit): (u64, usize),
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, FeedError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.readers.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map((rows::behind(after), limit), |row| Ok(read_or_corrupt(row, &read)))?.collect()
        });
        rows.map_err(unavailable).and_then(|rows: Vec<_>| rows.into_iter().collect())
    }
}

fn sealed(connection: &Connection) -> rusqlite::Result<Result<Sealed, FeedError>> {
    const SQL: &str = "SELECT size, position, note, frontier FROM checkpoints ORDER BY size DESC LIMIT 1";
    let read = |row: &Row<'_>| {
        let bytes: Vec<u8> = row.get(3)?;
        let frontier = Frontier::from_bytes(&bytes).map_err(|error| unreadable(3, error))?;
        Ok(Sealed { frontier, newest: Some(checkpoint(row)?) })
    };
    let newest = connection.prepare_cached(SQL)?.query_row([], |row| Ok(read_or_corrupt(row, read)));
    Ok(newest.optional()?.unwrap_or_else(|| Ok(Sealed::default())))
}

/// What the row says; an error names the position that it is about, and 0 when that is what cannot be read.
fn read_or_corrupt<T>(row: &Row<'_>, read: impl Fn(&Row<'_>) -> rusqlite::Result<T>) -> Result<T, FeedError> {
    read(row).map_err(|error| FeedError::Corrupt { position: row.get(1).unwrap_or_default(), source: Box::new(error) })
}

fn write(
    connection: &mut Connection,
    hashes: &[EventHash],
    checkpoint: &StoredCheckpoint,
    frontier: &[u8],
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut insert = transaction
            .prepare_cached("INSERT INTO event_hashes (leaf_index, position, leaf, chain) VALUES (?1, ?2, ?3, ?4)")?;
        for hash in hashes {
            insert.execute((hash.index, hash.position, hash.leaf.as_bytes(), hash.chain.as_bytes()))?;
        }
        transaction
            .prepare_cached("INSERT INTO checkpoints (size, position, note, frontier) VALUES (?1, ?2, ?3, ?4)")?
            .execute((checkpoint.size, checkpoint.position, &checkpoint.note, frontier))?;
    }
    transaction.commit()
}

fn checkpoint(row: &Row<'_>) -> rusqlite::Result<StoredCheckpoint> {
    Ok(StoredCheckpoint { size: row.get(0)?, position: row.get(1)?, note: row.get(2)? })
}

fn digest(row: &Row<'_>, column: usize) -> rusqlite::Result<Digest> {
    row.get::<_, [u8; 32]>(column).map(Digest::from_bytes)
}

fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, Box::new(error))
}
