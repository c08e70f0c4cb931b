//! The read port: every event of every stream, once each, in the order of its position.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How far the times of two events may be out of the order of their positions.
pub const OVERLAP: TimeDelta = TimeDelta::minutes(1);

/// An event as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEvent {
    /// The place in the whole log; grows, may have gaps.
    pub position: u64,
    /// Derived from stream and sequence, so that it is the same on every store.
    pub event_id: Uuid,
    pub aggregate_type: String,
    pub aggregate_id: String,
    /// The place in its stream, from 1, without gaps.
    pub sequence: u64,
    pub event_type: String,
    pub event_version: String,
    /// JSON text.
    pub payload: String,
    /// JSON text.
    pub metadata: String,
    /// When the store took it. Never goes back within a stream. Over streams, those who append at the same moment may draw
    /// position and time in another order; never further apart than [`OVERLAP`].
    pub recorded_at: DateTime<Utc>,
}

/// A run of events, and how far the reader has come with it.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub events: Vec<RecordedEvent>,
    /// Read on after this position.
    pub next: u64,
    /// The newest position that was visible when the page was read.
    pub head: u64,
}

/// The log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error("the event store does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the event at position {position} or what is stored beside it cannot be read")]
    Corrupt {
        position: u64,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Reads the log in order. A reader that goes on from [`Page::next`] misses nothing and sees nothing twice, whatever
/// writers do at the same time.
#[async_trait]
pub trait EventFeed: Send + Sync {
    /// The newest position that a reader can see; 0 for an empty log.
    async fn head(&self) -> Result<u64, FeedError>;

    /// Up to `limit` events behind `position`, in order. Behind 0 that is the whole log: something that was put before its
    /// first position is [`FeedError::Corrupt`] or an event, and not passed over.
    async fn read_after(&self, position: u64, limit: usize) -> Result<Page, FeedError>;

    /// As [`Self::read_after`], but waits for whoever is appending before an event that can be seen already. So a page without
    /// events is the end of the log, and not only of what is settled.
    async fn read_on(&self, position: u64, limit: usize) -> Result<Page, FeedError> {
        loop {
            let page = self.read_after(position, limit).await?;
            if !page.events.is_empty() || page.next > position || page.head <= position {
                return Ok(page);
            }
            // Behind the newest event that is known, so that it is a rest and no question.
            self.wait(page.head).await;
        }
    }

    /// Every event of one stream, in order; none when there is no such stream. For the history of one thing: a stream is
    /// short, and all of it is in memory.
    async fn read_stream(&self, aggregate_type: &str, aggregate_id: &str) -> Result<Vec<RecordedEvent>, FeedError>;

    /// The position of one event, or `None` when it is not there.
    async fn position_of(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        sequence: u64,
    ) -> Result<Option<u64>, FeedError>;

    /// Returns once somebody here has asked for the position of an event behind `position`
    /// ([`Self::position_of`]), and at the latest after the store's polling interval. Whoever waits for what becomes of an
    /// event asks for it; the others are read many at a time.
    async fn wait(&self, position: u64);
}
