//! Logs that do not answer as a healthy one does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use routix_domain::log::{EventFeed, FeedError, Page, RecordedEvent};
use routix_projections::projection::Projection;
use routix_test_history::History;
use tokio::sync::{Mutex, Notify};

use super::place::Place;

/// A log whose reader is held at one of its reads, until it is told to go on.
pub(super) struct Held {
    feed: Arc<dyn EventFeed>,
    reads: AtomicUsize,
    at: usize,
    /// Rings when the reader is there.
    pub(super) reached: Notify,
    pub(super) go_on: Notify,
}

impl Held {
    /// Holds the reader before its read number `at`, counted from 1.
    pub(super) fn at(place: &Place, at: usize) -> Arc<Self> {
        let (reached, go_on) = (Notify::new(), Notify::new());
        Arc::new(Self { feed: place.feed(), reads: AtomicUsize::new(0), at, reached, go_on })
    }
}

#[async_trait]
impl EventFeed for Held {
    async fn head(&self) -> Result<u64, FeedError> {
        self.feed.head().await
    }

    async fn read_after(&self, position: u64, limit: usize) -> Result<Page, FeedError> {
        if self.reads.fetch_add(1, Ordering::SeqCst) + 1 == self.at {
            self.reached.notify_one();
            self.go_on.notified().await;
        }
        self.feed.read_after(position, limit).await
    }

    async fn read_stream(&self, kind: &str, id: &str) -> Result<Vec<RecordedEvent>, FeedError> {
        self.feed.read_stream(kind, id).await
    }

    async fn position_of(&self, kind: &str, id: &str, sequence: u64) -> Result<Option<u64>, FeedError> {
        self.feed.position_of(kind, id, sequence).await
    }

    async fn wait(&self, position: u64) {
        self.feed.wait(position).await;
    }
}

/// A log in which a page ends in the middle, as before a position that was drawn and taken back.
pub(super) struct Holed {
    pub(super) feed: Arc<dyn EventFeed>,
    /// The last position before the hole.
    pub(super) at: u64,
}

#[async_trait]
impl EventFeed for Holed {
    async fn head(&self) -> Result<u64, FeedError> {
        self.feed.head().await
    }

    async fn read_after(&self, position: u64, limit: usize) -> Result<Page, FeedError> {
        let mut page = self.feed.read_after(position, limit).await?;
        if position < self.at {
            page.events.retain(|event| event.position <= self.at);
            page.next = page.next.min(self.at);
        }
        Ok(page)
    }

    async fn read_stream(&self, kind: &str, id: &str) -> Result<Vec<RecordedEvent>, FeedError> {
        self.feed.read_stream(kind, id).await
    }

    async fn position_of(&self, kind: &str, id: &str, sequence: u64) -> Result<Option<u64>, FeedError> {
        self.feed.position_of(kind, id, sequence).await
    }

    async fn wait(&self, position: u64) {
        self.feed.wait(position).await;
    }
}

/// A log that others are always a step ahead in: whoever has read a page of it finds the tables beyond that page.
pub(super) struct Overtaken {
    pub(super) place: Arc<Place>,
    pub(super) projection: &'static dyn Projection,
    pub(super) history: Mutex<History>,
    pub(super) pages: AtomicUsize,
}

#[async_trait]
impl EventFeed for Overtaken {
    async fn head(&self) -> Result<u64, FeedError> {
        self.place.store.head().await
    }

    async fn read_after(&self, position: u64, limit: usize) -> Result<Page, FeedError> {
        let page = self.place.store.read_after(position, limit).await?;
        // One event is a look at the place where a build stands.
        if limit > 1 {
            if self.pages.fetch_add(1, Ordering::SeqCst) == 0 {
                self.place.rebuilder().rebuild(self.projection, &mut |_| {}).await.unwrap();
            }
            let mut history = self.history.lock().await;
            let events = history.events + 1;
            history.grow(events);
            self.place.append(&history.take()).await;
            self.place.catch_up_one(self.projection).await;
        }
        Ok(page)
    }

    async fn read_stream(&self, kind: &str, id: &str) -> Result<Vec<RecordedEvent>, FeedError> {
        self.place.store.read_stream(kind, id).await
    }

    async fn position_of(&self, kind: &str, id: &str, sequence: u64) -> Result<Option<u64>, FeedError> {
        self.place.store.position_of(kind, id, sequence).await
    }

    async fn wait(&self, position: u64) {
        self.place.store.wait(position).await;
    }
}
