//! One read of the log for all who follow it: they stand at its end together, and each would read, and make, the same events.

use std::sync::Arc;

use async_trait::async_trait;
use routix_domain::log::{EventFeed, FeedError, Page, RecordedEvent};
use tokio::sync::Mutex;

/// A log of which the last page is kept for whoever stands in the middle of it.
pub(super) struct SharedReads {
    feed: Arc<dyn EventFeed>,
    /// Pages of this length are kept; a look at a single event is not.
    length: usize,
    /// Held while it is read, so that of several who come to the end of the log one reads, and the others find what he read.
    last: Mutex<Option<Last>>,
}

struct Last {
    /// It was read behind this position.
    after: u64,
    page: Page,
}

impl Last {
    /// What is in it behind a position. At its end there is nothing: whoever stands there has to look at the log.
    fn behind(&self, position: u64) -> Option<Page> {
        let is_in_it = (self.after..self.page.next).contains(&position);
        let events = self.page.events.iter().filter(|event| event.position > position);
        is_in_it.then(|| Page { events: events.cloned().collect(), next: self.page.next, head: self.page.head })
    }
}

impl SharedReads {
    pub(super) fn new(feed: Arc<dyn EventFeed>, length: usize) -> Self {
        Self { feed, length, last: Mutex::default() }
    }
}

#[async_trait]
impl EventFeed for SharedReads {
    async fn head(&self) -> Result<u64, FeedError> {
        self.feed.head().await
    }

    async fn read_after(&self, position: u64, limit: usize) -> Result<Page, FeedError> {
        if limit != self.length {
            return self.feed.read_after(position, limit).await;
        }
        let mut last = self.last.lock().await;
        if let Some(page) = last.as_ref().and_then(|last| last.behind(position)) {
            return Ok(page);
        }
        let page = self.feed.read_after(position, limit).await?;
        *last = Some(Last { after: position, page: page.clone() });
        Ok(page)
    }

    async fn read_stream(&self, aggregate_type: &str, aggregate_id: &str) -> Result<Vec<RecordedEvent>, FeedError> {
        self.feed.read_stream(aggregate_type, aggregate_id).await
    }

    async fn position_of(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        sequence: u64,
    ) -> Result<Option<u64>, FeedError> {
        self.feed.position_of(aggregate_type, aggregate_id, sequence).await
    }

    async fn wait(&self, position: u64) {
        self.feed.wait(position).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use routix_domain::app::AppEvent;

    use super::*;
    use crate::testing::Log;

    const LENGTH: usize = 4;

    /// A log that grows, and counts how often it is read.
    #[derive(Default)]
    struct Counted {
        log: std::sync::Mutex<Log>,
        reads: AtomicU64,
    }

    impl Counted {
        fn grow(&self, events: usize) {
            let mut log = self.log.lock().unwrap();
            for _ in 0..events {
                *log = log.clone().app(1, &AppEvent::Revoked {});
            }
        }

        fn reads(&self) -> u64 {
            self.reads.swap(0, Ordering::SeqCst)
        }
    }

    #[async_trait]
    impl EventFeed for Counted {
        async fn head(&self) -> Result<u64, FeedError> {
            Ok(self.log.lock().unwrap().head())
        }

        async fn read_after(&self, position: u64, limit: usize) -> Result<Page, FeedError> {
            self.reads.fetch_add(1, Ordering::SeqCst);
            Ok(self.log.lock().unwrap().after(position, limit))
        }

        async fn read_stream(&self, _: &str, _: &str) -> Result<Vec<RecordedEvent>, FeedError> {
            Ok(Vec::new())
        }

        async fn position_of(&self, _: &str, _: &str, _: u64) -> Result<Option<u64>, FeedError> {
            Ok(None)
        }

        async fn wait(&self, _: u64) {}
    }

    #[tokio::test]
    async fn whoever_stands_in_what_was_read_last_gets_the_rest_of_it_and_nobody_else_does() {
        let counted = Arc::new(Counted::default());
        let shared = SharedReads::new(Arc::clone(&counted) as Arc<dyn EventFeed>, LENGTH);
        counted.grow(6);
        let positions = async |after: u64, limit: usize| {
            let page = shared.read_after(after, limit).await.unwrap();
            (page.events.iter().map(|event| event.position).collect::<Vec<_>>(), page.next)
        };
        for _ in 0..3 {
            assert_eq!(positions(0, LENGTH).await, (vec![1, 2, 3, 4], 4));
        }
        assert_eq!(positions(3, LENGTH).await, (vec![4], 4));
        assert_eq!(counted.reads(), 1, "one read for four");
        assert_eq!(positions(1, 1).await, (vec![2], 2));
        assert_eq!(positions(4, LENGTH).await, (vec![5, 6], 6));
        assert_eq!(positions(0, LENGTH).await, (vec![1, 2, 3, 4], 4));
        assert_eq!(counted.reads(), 3, "a single event, the next page, and one that is not kept any more");
        assert_eq!(positions(4, LENGTH).await, (vec![5, 6], 6));
        for _ in 0..2 {
            assert_eq!(positions(6, LENGTH).await, (vec![], 6));
        }
        assert_eq!(counted.reads(), 3, "at the end everybody looks for himself");
        counted.grow(2);
        for after in [6, 6, 7] {
            assert_eq!(positions(after, LENGTH).await.1, 8);
        }
        assert_eq!(counted.reads(), 1);
    }
}
