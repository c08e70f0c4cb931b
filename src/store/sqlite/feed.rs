//! The read port on SQLite. Appends are one transaction after the other, so positions appear in their order and a plain
//! `position > last` misses nothing here.

use async_trait::async_trait;
use routix_domain::log::{EventFeed, FeedError, Page, RecordedEvent};
use rusqlite::{Connection, OptionalExtension};

use super::{SqliteEventStore, rows};

pub(super) fn unavailable(error: rusqlite::Error) -> FeedError {
    FeedError::Unavailable(Box::new(error))
}

#[async_trait]
impl EventFeed for SqliteEventStore {
    async fn head(&self) -> Result<u64, FeedError> {
        self.readers.with(rows::head).map_err(unavailable)
    }

    async fn read_after(&self, position: u64, limit: usize) -> Result<Page, FeedError> {
        self.readers.with(|connection| page(connection, position, limit)).map_err(unavailable)?
    }

    async fn read_stream(&self, aggregate_type: &str, aggregate_id: &str) -> Result<Vec<RecordedEvent>, FeedError> {
        self.readers.with(|connection| stream(connection, aggregate_type, aggregate_id)).map_err(unavailable)?
    }

    async fn position_of(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        sequence: u64,
    ) -> Result<Option<u64>, FeedError> {
        let position = self.readers.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT position FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2 AND sequence = ?3",
                )?
                .query_row((aggregate_type, aggregate_id, sequence), |row| row.get(0))
                .optional()
        });
        let position: Option<u64> = position.map_err(unavailable)?;
        self.bell.ring(position.unwrap_or_default());
        Ok(position)
    }

    async fn wait(&self, position: u64) {
        self.bell.wait(position).await;
    }
}

fn stream(connection: &Connection, kind: &str, id: &str) -> rusqlite::Result<Result<Vec<RecordedEvent>, FeedError>> {
    let mut statement = connection.prepare_cached(rows::SELECT_STREAM)?;
    let mut rows = statement.query((kind, id))?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        match rows::recorded_event(row) {
            Ok(event) => events.push(event),
            Err(error) => return Ok(Err(FeedError::Corrupt { position: row.get(0)?, source: Box::new(error) })),
        }
    }
    Ok(Ok(events))
}

/// One page, as of one moment. An event that cannot be read ends the page before it; the page that would begin with it is
/// an error that names it.
fn page(connection: &Connection, position: u64, limit: usize) -> rusqlite::Result<Result<Page, FeedError>> {
    let snapshot = connection.unchecked_transaction()?;
    let head = rows::head(&snapshot)?;
    let mut events: Vec<RecordedEvent> = Vec::new();
    let mut unreadable = None;
    {
        let mut statement = snapshot.prepare_cached(rows::SELECT_AFTER)?;
        let mut rows = statement.query((rows::behind(position), i64::try_from(limit).unwrap_or(i64::MAX)))?;
        while let Some(row) = rows.next()? {
            match rows::recorded_event(row) {
                Ok(event) => events.push(event),
                Err(error) => {
                    // The one that is no position of ours stands before all of them.
                    unreadable = Some((row.get(0).unwrap_or_default(), error));
                    break;
                }
            }
        }
    }
    snapshot.commit()?;
    let last = events.last().map(|event| event.position);
    let next = match (unreadable, last) {
        (Some((position, error)), None) => {
            return Ok(Err(FeedError::Corrupt { position, source: Box::new(error) }));
        }
        (None, _) if events.len() < limit => head.max(position),
        (Some(_) | None, last) => last.unwrap_or(position),
    };
    Ok(Ok(Page { events, next, head }))
}
