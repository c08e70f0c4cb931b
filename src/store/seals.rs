//! The evidence beside the log, in either database.
//!
//! On SQLite it has a connection of its own: an append waits at most for one short transaction, never for the hashing.

use async_trait::async_trait;
use routix_domain::evidence::{Digest, Frontier, Item};
use routix_domain::log::{EventHash, FeedError, SealStore, Sealed, StoredCheckpoint};
use routix_projections::database::{ColumnValue, Database, DatabaseError, Row, Session, Value};
use routix_projections::values;

/// Hashes and checkpoints in the schema of the log. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Seals {
    database: Database,
}

impl Seals {
    /// In a database in which the migrations of `events` have run.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// How busy its connections are; `None` for SQLite.
    #[cfg(feature = "eventstore")]
    pub(super) fn pool(&self) -> Option<routix_projections::database::PoolStatus> {
        self.database.pool()
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    async fn page(&self, sql: &str, after: u64, limit: usize) -> Result<Vec<Row>, FeedError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.database.select(sql, &[behind(after), limit.into_value()]).await.map_err(unavailable)
    }
}

#[async_trait]
impl SealStore for Seals {
    async fn sealed(&self) -> Result<Sealed, FeedError> {
        const SQL: &str = "SELECT size, position, note, frontier FROM checkpoints ORDER BY size DESC LIMIT 1";
        let Some(row) = self.database.select_one(SQL, &[]).await.map_err(unavailable)? else {
            return Ok(Sealed::default());
        };
        let newest = read_or_corrupt(&row, checkpoint)?;
        let bytes: Vec<u8> = read_or_corrupt(&row, |row| row.get(3))?;
        let undecodable = |error| FeedError::Corrupt { position: newest.position, source: Box::new(error) };
        Ok(Sealed { frontier: Frontier::from_bytes(&bytes).map_err(undecodable)?, newest: Some(newest) })
    }

    async fn chain_at(&self, position: u64) -> Result<Option<Digest>, FeedError> {
        const SQL: &str = "SELECT chain, position FROM event_hashes WHERE position = $1";
        let row = self.database.select_one(SQL, &values![position]).await.map_err(unavailable)?;
        row.map(|row| read_or_corrupt(&row, |row| digest(row, 0))).transpose()
    }

    async fn seal(
        &self,
        hashes: Vec<EventHash>,
        checkpoint: StoredCheckpoint,
        frontier: &Frontier,
    ) -> Result<bool, FeedError> {
        let frontier = frontier.to_bytes();
        match self.database.write(move |session| write(session, &hashes, checkpoint, frontier)).await {
            Ok(()) => Ok(true),
            // Somebody else has sealed these events: the index is taken, or is not the next one any more.
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn hashes_after(&self, position: u64, limit: usize) -> Result<Vec<EventHash>, FeedError> {
        const SQL: &str = "SELECT leaf_index, position, leaf, chain FROM event_hashes WHERE position >= $1
            ORDER BY position LIMIT $2";
        let hash = |row: &Row| {
            Ok(EventHash { index: row.get(0)?, position: row.get(1)?, leaf: digest(row, 2)?, chain: digest(row, 3)? })
        };
        self.page(SQL, position, limit).await?.iter().map(|row| read_or_corrupt(row, hash)).collect()
    }

    async fn checkpoints_after(&self, size: u64, limit: usize) -> Result<Vec<StoredCheckpoint>, FeedError> {
        const SQL: &str = "SELECT size, position, note FROM checkpoints WHERE size >= $1 ORDER BY size LIMIT $2";
        self.page(SQL, size, limit).await?.iter().map(|row| read_or_corrupt(row, checkpoint)).collect()
    }
}

fn write(
    session: &mut dyn Session,
    hashes: &[EventHash],
    checkpoint: StoredCheckpoint,
    frontier: Vec<u8>,
) -> Result<(), DatabaseError> {
    write_hashes(session, hashes)?;
    #[cfg(feature = "failpoints")]
    fail::fail_point!("evidence.mid_checkpoint");
    write_checkpoint(session, checkpoint, frontier)
}

pub(super) fn write_hashes(session: &mut dyn Session, hashes: &[EventHash]) -> Result<(), DatabaseError> {
    const SQL: &str = "INSERT INTO event_hashes (leaf_index, position, leaf, chain) VALUES ($1, $2, $3, $4)";
    hashes.iter().try_for_each(|hash| {
        let (leaf, chain) = (*hash.leaf.as_bytes(), *hash.chain.as_bytes());
        session.execute(SQL, &values![hash.index, hash.position, leaf, chain]).map(drop)
    })
}

pub(super) fn write_checkpoint(
    session: &mut dyn Session,
    checkpoint: StoredCheckpoint,
    frontier: Vec<u8>,
) -> Result<(), DatabaseError> {
    const SQL: &str = "INSERT INTO checkpoints (size, position, note, frontier) VALUES ($1, $2, $3, $4)";
    session.execute(SQL, &values![checkpoint.size, checkpoint.position, checkpoint.note, frontier]).map(drop)
}

pub(super) fn hash_of(item: &Item) -> EventHash {
    EventHash { index: item.index, position: item.event.position, leaf: item.leaf, chain: item.chain }
}

/// What the row says; an error names the position that it is about, and 0 when that is what cannot be read.
fn read_or_corrupt<T>(row: &Row, read: impl Fn(&Row) -> Result<T, DatabaseError>) -> Result<T, FeedError> {
    read(row).map_err(|error| FeedError::Corrupt { position: row.get(1).unwrap_or_default(), source: Box::new(error) })
}

/// The first position behind this one. Positions begin at 1, and whoever reads from the beginning must not pass over a row
/// that somebody put before that.
pub(super) fn behind(position: u64) -> Value {
    if position == 0 { Value::Integer(i64::MIN) } else { position.saturating_add(1).into_value() }
}

fn checkpoint(row: &Row) -> Result<StoredCheckpoint, DatabaseError> {
    Ok(StoredCheckpoint { size: row.get(0)?, position: row.get(1)?, note: row.get(2)? })
}

fn digest(row: &Row, column: usize) -> Result<Digest, DatabaseError> {
    row.get(column).map(Digest::from_bytes)
}

pub(super) fn unavailable(error: DatabaseError) -> FeedError {
    FeedError::Unavailable(Box::new(error))
}
