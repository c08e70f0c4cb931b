//! The log page by page, each event joined with the hash that is stored beside it. In memory is one page of each.

use std::collections::VecDeque;
use std::sync::Arc;

use routix_domain::evidence::Item;
use routix_domain::log::{EventFeed, EventHash, FeedError, RecordedEvent, SealStore};
use tokio::task::yield_now;

/// How many events or hashes are read at a time.
const PAGE: usize = 1_000;

/// What stands at one place of the log.
#[derive(Debug)]
pub enum Entry {
    /// An event with its hash.
    Hashed(Box<Item>),
    /// An event that was not sealed when the log was read so far; all that follow are of this kind.
    Waiting(Box<RecordedEvent>),
    /// An event without a hash, while later ones have theirs.
    WithoutHash(Box<RecordedEvent>),
    /// A hash without an event.
    WithoutEvent(EventHash),
}

/// Reads the log from its beginning to where it ended when the reading began. It may grow and be sealed meanwhile.
pub struct Items {
    feed: Arc<dyn EventFeed>,
    seals: Arc<dyn SealStore>,
    events: VecDeque<RecordedEvent>,
    hashes: VecDeque<EventHash>,
    /// Up to where events were read.
    read: u64,
    /// Of the last hash that was read.
    hashed: u64,
    /// What stands behind this position came later.
    end: u64,
    /// A moment came at which there were no more hashes. Those that were added since belong to events behind it.
    no_more_hashes: bool,
}

impl Items {
    /// From the first event to the newest one of this moment.
    ///
    /// # Errors
    /// [`FeedError`] when the log does not answer.
    pub async fn all(feed: &Arc<dyn EventFeed>, seals: &Arc<dyn SealStore>) -> Result<Self, FeedError> {
        // What is sealed is in the log. When the log ends before it, its newest events are gone.
        let sealed = seals.sealed().await?.position();
        let end = feed.head().await?.max(sealed);
        Ok(Self::until(feed, seals, end))
    }

    /// From the first event to the one at `end`.
    pub fn until(feed: &Arc<dyn EventFeed>, seals: &Arc<dyn SealStore>, end: u64) -> Self {
        let (feed, seals) = (Arc::clone(feed), Arc::clone(seals));
        let (events, hashes) = (VecDeque::new(), VecDeque::new());
        Self { feed, seals, events, hashes, read: 0, hashed: 0, end, no_more_hashes: false }
    }

    /// Up to which position it reads.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// What stands at the next place, in order; `None` at the end.
    ///
    /// # Errors
    /// [`FeedError`], with the position for an event that cannot be read.
    pub async fn next(&mut self) -> Result<Option<Entry>, FeedError> {
        self.fill_events().await?;
        self.fill_hashes().await?;
        let (event, hash) = (self.events.front(), self.hashes.front());
        let at = event.map(|event| event.position);
        match (at, hash.map(|hash| hash.position)) {
            (None, None) => Ok(self.hash_behind_the_log().await?.map(Entry::WithoutEvent)),
            (Some(_), None) => Ok(self.events.pop_front().map(|event| Entry::Waiting(Box::new(event)))),
            (Some(event), Some(hash)) if event < hash => {
                Ok(self.events.pop_front().map(|event| Entry::WithoutHash(Box::new(event))))
            }
            (Some(event), Some(hash)) if event == hash => Ok(self.events.pop_front().zip(self.hashes.pop_front()).map(
                |(event, EventHash { index, leaf, chain, .. })| {
                    Entry::Hashed(Box::new(Item { index, leaf, chain, event }))
                },
            )),
            (Some(_) | None, Some(_)) => Ok(self.hashes.pop_front().map(Entry::WithoutEvent)),
        }
    }

    async fn fill_events(&mut self) -> Result<(), FeedError> {
        while self.events.is_empty() && self.read < self.end {
            // As for a choice: whoever takes what was written gets his turn, even when the store does not wait.
            yield_now().await;
            let page = self.feed.read_on(self.read, PAGE).await?;
            if page.next <= self.read {
                self.read = self.end;
                break;
            }
            self.read = page.next;
            self.events.extend(page.events.into_iter().take_while(|event| event.position <= self.end));
        }
        Ok(())
    }

    async fn fill_hashes(&mut self) -> Result<(), FeedError> {
        if !self.hashes.is_empty() || self.no_more_hashes {
            return Ok(());
        }
        let page = self.seals.hashes_after(self.hashed, PAGE).await?;
        self.hashed = page.last().map_or(self.hashed, |hash| hash.position);
        self.hashes.extend(page.into_iter().take_while(|hash| hash.position <= self.end));
        self.no_more_hashes = self.hashes.is_empty();
        Ok(())
    }

    /// A hash behind the end is that of an event which came meanwhile, or its event is gone.
    async fn hash_behind_the_log(&self) -> Result<Option<EventHash>, FeedError> {
        let Some(hash) = self.seals.hashes_after(self.end, 1).await?.pop() else { return Ok(None) };
        let there = self.feed.read_after(hash.position.saturating_sub(1), 1).await?.events.pop();
        Ok(there.is_none_or(|event| event.position != hash.position).then_some(hash))
    }
}
