//! The read port on PostgreSQL.

use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use routix_domain::log::{EventFeed, FeedError, Page, RecordedEvent};
use routix_projections::database::{ColumnValue, DatabaseError, Row};
use routix_projections::values;

use super::PostgresEventStore;
use super::fence::LOOK;
use crate::store::event_id::event_id;
use crate::store::seals::{behind, unavailable};

const COLUMNS: &str =
    "SELECT position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload::text,
    metadata::text, (extract(epoch FROM recorded_at) * 1000000)::bigint";

#[async_trait]
impl EventFeed for PostgresEventStore {
    async fn head(&self) -> Result<u64, FeedError> {
        let row = self.database.select_one("SELECT coalesce(max(position), 0) FROM events", &[]).await;
        let head = row.and_then(|row| row.map_or(Ok(0), |row| row.get(0))).map_err(unavailable)?;
        self.bell.ring(head);
        Ok(head)
    }

    async fn read_after(&self, position: u64, limit: usize) -> Result<Page, FeedError> {
        let (mut events, mut head) = self.visible(position, limit).await?;
        let settled = self.settled.load(Ordering::Acquire);
        let mut whole = without_holes(&events, position.max(settled));
        // With something to give nobody has to wait; a look is enough.
        let patience = if whole == 0 { LOOK } else { Duration::ZERO };
        if whole < events.len() && self.appenders_have_ended(patience).await? {
            let settled = events.last().map_or(0, |event| event.position);
            (events, head) = self.visible(position, limit).await?;
            whole = without_holes(&events, settled);
            self.settled.fetch_max(settled, Ordering::AcqRel);
        }
        // What is behind a hole comes with the next page.
        events.truncate(whole);
        let next = events.last().map_or(position, |event| event.position);
        Ok(Page { events, next, head })
    }

    async fn read_stream(&self, aggregate_type: &str, aggregate_id: &str) -> Result<Vec<RecordedEvent>, FeedError> {
        let sql = format!("{COLUMNS} FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY sequence");
        let rows = self.database.select(&sql, &values![aggregate_type.to_owned(), aggregate_id.to_owned()]).await;
        rows.map_err(unavailable)?.iter().map(recorded_event).collect()
    }

    async fn position_of(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        sequence: u64,
    ) -> Result<Option<u64>, FeedError> {
        const SQL: &str =
            "SELECT position FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3";
        let values = values![aggregate_type.to_owned(), aggregate_id.to_owned(), sequence];
        let row = self.database.select_one(SQL, &values).await;
        let position: Option<u64> = row.and_then(|row| row.map(|row| row.get(0)).transpose()).map_err(unavailable)?;
        self.bell.ring(position.unwrap_or_default());
        Ok(position)
    }

    async fn wait(&self, position: u64) {
        self.bell.wait(position).await;
    }
}

impl PostgresEventStore {
    /// The events behind a position that can be seen now, and the newest position of all; both of one moment. An event that
    /// cannot be read ends them before it; when it is the first, it is an error that names it.
    async fn visible(&self, position: u64, limit: usize) -> Result<(Vec<RecordedEvent>, u64), FeedError> {
        let sql = format!(
            "{COLUMNS}, (SELECT max(position) FROM events) FROM events WHERE position >= $1 ORDER BY position LIMIT $2"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.database.select(&sql, &[behind(position), limit.into_value()]).await.map_err(unavailable)?;
        // With a limit of none, or at the end of the log, which may be before this position after a restore.
        let Some(first) = rows.first() else { return Ok((Vec::new(), self.head().await?)) };
        let (mut events, head) = (Vec::with_capacity(rows.len()), first.get(9).map_err(unavailable)?);
        for row in &rows {
            match recorded_event(row) {
                Ok(event) => events.push(event),
                Err(error) if events.is_empty() => return Err(error),
                Err(_comes_with_the_next_page) => break,
            }
        }
        Ok((events, head))
    }
}

/// How many events there are before the first hole behind `from`. Up to there nothing is missing that may still come.
fn without_holes(events: &[RecordedEvent], from: u64) -> usize {
    let mut last = from;
    let is_next = |event: &&RecordedEvent| {
        let is_next = event.position <= last.saturating_add(1);
        last = last.max(event.position);
        is_next
    };
    events.iter().take_while(is_next).count()
}

fn recorded_event(row: &Row) -> Result<RecordedEvent, FeedError> {
    let read = || -> Result<RecordedEvent, DatabaseError> {
        let (aggregate_type, aggregate_id, sequence) = (row.get::<String>(1)?, row.get::<String>(2)?, row.get(3)?);
        Ok(RecordedEvent {
            position: row.get(0)?,
            event_id: event_id(&aggregate_type, &aggregate_id, sequence),
            aggregate_type,
            aggregate_id,
            sequence,
            event_type: row.get(4)?,
            event_version: row.get(5)?,
            payload: row.get(6)?,
            metadata: row.get(7)?,
            recorded_at: row.get(8)?,
        })
    };
    // The one that is no position of ours stands before all of them.
    read().map_err(|error| FeedError::Corrupt { position: row.get(0).unwrap_or_default(), source: Box::new(error) })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn at(positions: &[u64]) -> Vec<RecordedEvent> {
        let event = |position: &u64| RecordedEvent {
            position: *position,
            event_id: Uuid::nil(),
            aggregate_type: String::new(),
            aggregate_id: String::new(),
            sequence: 1,
            event_type: String::new(),
            event_version: String::new(),
            payload: String::new(),
            metadata: String::new(),
            recorded_at: DateTime::UNIX_EPOCH,
        };
        positions.iter().map(event).collect()
    }

    #[test]
    fn a_page_ends_at_the_first_hole_that_is_not_settled() {
        assert_eq!(without_holes(&at(&[1, 2, 3]), 0), 3);
        assert_eq!(without_holes(&at(&[2, 3]), 0), 0);
        assert_eq!(without_holes(&at(&[5, 6, 8, 9]), 4), 2);
        assert_eq!(without_holes(&at(&[5, 7, 9, 10, 12]), 10), 4);
        assert_eq!(without_holes(&at(&[5, 7]), 7), 2);
        assert_eq!(without_holes(&[], 7), 0);
    }
}
