//! The read port. The log of a server is one file that grows: its events appear in their order, and a plain
//! `position > last` misses nothing here.

use async_trait::async_trait;
use eventstore::{Position, ReadStreamOptions, RecordedEvent as Stored, StreamPosition};
use routix_domain::log::{EventFeed, FeedError, Page, RecordedEvent};

use super::connection::StoreError;
use super::stored::{UnreadableEvent, recorded};
use super::{EventStoreDb, Store};

/// More than a stream has; a server takes it for a signed number.
pub(super) const ALL: usize = i32::MAX as usize;
/// Where an event of a stream stands when the server does not say it.
const NOWHERE: u64 = u64::MAX;

/// Our position of a place in `$all`.
pub(super) fn position(place: Position) -> u64 {
    place.commit.saturating_add(1)
}

impl From<StoreError> for FeedError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

fn corrupt(position: u64, error: UnreadableEvent) -> FeedError {
    FeedError::Corrupt { position, source: Box::new(error) }
}

#[async_trait]
impl EventFeed for EventStoreDb {
    async fn head(&self) -> Result<u64, FeedError> {
        Ok(self.0.newest().await?)
    }

    async fn read_after(&self, position: u64, limit: usize) -> Result<Page, FeedError> {
        self.0.page(position, limit).await
    }

    async fn read_stream(&self, aggregate_type: &str, aggregate_id: &str) -> Result<Vec<RecordedEvent>, FeedError> {
        let name = self.0.streams.name(aggregate_type, aggregate_id);
        let options = ReadStreamOptions::default().max_count(ALL).requires_leader(true);
        let stored = self.0.read_stream(&name, &options).await?;
        if stored.iter().any(|event| event.position.commit == NOWHERE) {
            return Err(self.0.connection.no_positions().into());
        }
        let read = |event| recorded(event, (aggregate_type, aggregate_id));
        stored.iter().map(|event| read(event).map_err(|error| corrupt(position(event.position), error))).collect()
    }

    async fn position_of(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        sequence: u64,
    ) -> Result<Option<u64>, FeedError> {
        let Some(revision) = sequence.checked_sub(1) else { return Ok(None) };
        let name = self.0.streams.name(aggregate_type, aggregate_id);
        let from = StreamPosition::Position(revision);
        let options = ReadStreamOptions::default().position(from).max_count(1).requires_leader(true);
        let found = self.0.read_stream(&name, &options).await?.into_iter().find(|event| event.revision == revision);
        match found {
            Some(event) if event.position.commit == NOWHERE => Err(self.0.connection.no_positions().into()),
            found => Ok(found.map(|event| position(event.position))),
        }
    }

    async fn wait(&self, position: u64) {
        self.0.bell.wait(position).await;
    }
}

impl Store {
    /// One page. Where there is known to be one, it is read at the same time as the head: requests are slow, not dear.
    async fn page(&self, after: u64, limit: usize) -> Result<Page, FeedError> {
        let known = self.known();
        if after < known {
            let (head, found) = tokio::join!(self.newest(), self.scan(after, known, limit));
            // What was said to be there may not be; then it is read as if nothing were known.
            if let (Ok(head), Ok(found)) = (head, found) {
                return self.decode(found, limit, Page { events: Vec::new(), next: known, head });
            }
        }
        let head = self.newest().await?;
        let found = self.scan(after, head, limit).await?;
        self.decode(found, limit, Page { events: Vec::new(), next: head.max(after), head })
    }

    /// Fills an empty page, which says where it ends if everything found is in it. An event that cannot be read ends the
    /// page before it; the page that would begin with it is an error that names it.
    fn decode(&self, found: Vec<Stored>, limit: usize, mut page: Page) -> Result<Page, FeedError> {
        let is_full = found.len() == limit;
        let mut unreadable = None;
        for stored in found {
            let Some(stream) = self.streams.parse(&stored.stream_id) else { continue };
            match recorded(&stored, stream) {
                Ok(event) => page.events.push(event),
                Err(error) => {
                    unreadable = Some((position(stored.position), error));
                    break;
                }
            }
        }
        match (page.events.last(), unreadable) {
            (None, Some((position, error))) => return Err(corrupt(position, error)),
            (Some(last), Some(_)) => page.next = last.position,
            (Some(last), None) if is_full => page.next = last.position,
            (Some(_) | None, None) => {}
        }
        Ok(page)
    }
}
