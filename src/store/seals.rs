//! The evidence beside the log, in either database.
//!
//! On SQLite it has a connection of its own: an append waits at most for one short transaction, never for the hashing.

use async_trait::async_trait;
use routix_domain::evidence::{Digest, Frontier, Item};
use routix_domain::log::{EventHash, FeedError, SealStore, Sealed, StoredCheckpoint};
use routix_projections::database::{Database, DatabaseError, Row, Session};
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

    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    async fn page(&self, sql: &str, after: u64, limit: usize) -> Result<Vec<Row>, FeedError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.database.select(sql, &values![after, limit]).await.map_err(unavailable)
    }
}

#[async_trait]
impl SealStore for Seals {
    async fn sealed(&self) -> Result<Sealed, FeedError> {
        const SQL: &str = "SELECT size, position, note, frontier FROM checkpoints ORDER BY size DESC LIMIT 1";
        let Some(row) = self.database.select_one(SQL, &[]).await.map_err(unavailable)? else {
            return Ok(Sealed::default());
        };
        let bytes: Vec<u8> = row.get(3).map_err(unavailable)?;
        let frontier = Frontier::from_bytes(&bytes).map_err(|error| FeedError::Unavailable(Box::new(error)))?;
        Ok(Sealed { frontier, newest: Some(checkpoint(&row)?) })
    }

    async fn chain_at(&self, position: u64) -> Result<Option<Digest>, FeedError> {
        const SQL: &str = "SELECT chain FROM event_hashes WHERE position = $1";
        let row = self.database.select_one(SQL, &values![position]).await.map_err(unavailable)?;
        row.map(|row| digest(&row, 0)).transpose().map_err(unavailable)
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
        const SQL: &str = "SELECT leaf_index, position, leaf, chain FROM event_hashes WHERE position > $1
            ORDER BY position LIMIT $2";
        let hash = |row: &Row| {
            Ok(EventHash { index: row.get(0)?, position: row.get(1)?, leaf: digest(row, 2)?, chain: digest(row, 3)? })
        };
        self.page(SQL, position, limit).await?.iter().map(hash).collect::<Result<_, _>>().map_err(unavailable)
    }

    async fn checkpoints_after(&self, size: u64, limit: usize) -> Result<Vec<StoredCheckpoint>, FeedError> {
        const SQL: &str = "SELECT size, position, note FROM checkpoints WHERE size > $1 ORDER BY size LIMIT $2";
        self.page(SQL, size, limit).await?.iter().map(checkpoint).collect()
    }
}

fn write(
    session: &mut dyn Session,
    hashes: &[EventHash],
    checkpoint: StoredCheckpoint,
    frontier: Vec<u8>,
) -> Result<(), DatabaseError> {
    write_hashes(session, hashes)?;
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

fn checkpoint(row: &Row) -> Result<StoredCheckpoint, FeedError> {
    let read = || Ok(StoredCheckpoint { size: row.get(0)?, position: row.get(1)?, note: row.get(2)? });
    read().map_err(unavailable)
}

fn digest(row: &Row, column: usize) -> Result<Digest, DatabaseError> {
    row.get(column).map(Digest::from_bytes)
}

pub(super) fn unavailable(error: DatabaseError) -> FeedError {
    FeedError::Unavailable(Box::new(error))
}
