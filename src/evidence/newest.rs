//! The newest chosen events first: a page of them, found by walking back from the end of the log.
//!
//! The log is read forwards only, so it is walked in windows of positions, each read forwards. A walk is bounded: it ends
//! when enough was found or enough was looked at, and says where to go on.

use std::sync::Arc;

use chrono::TimeDelta;
use routix_domain::log::{EventFeed, FeedError, OVERLAP, RecordedEvent};
use tokio::task::yield_now;

use super::filter::{Chosen, Filter, last_before};
use super::owner::Owners;

/// How many events a window should hold; the first one is as many positions wide.
const WINDOW: usize = 1_000;
/// A window that holds more is read again in parts: it is in memory at once.
const CROWDED: usize = 4 * WINDOW;
/// How many windows one walk reads: positions may be far apart.
const WINDOWS: usize = 200;
/// For how many events the beginning of their stream is looked up: two reads of an index each.
const LOOK_UPS: usize = 4_000;

/// How much is wanted of one walk.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// At most so many events are found.
    pub found: usize,
    /// At most so many events are looked at.
    pub looked: usize,
}

/// What a walk came to.
#[derive(Debug)]
pub struct Found {
    /// Newest first.
    pub events: Vec<Chosen>,
    /// How many events were looked at.
    pub looked: usize,
    pub rest: Rest,
}

/// What is older than what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing that is chosen.
    Nothing,
    /// More of it, before this position.
    More { before: u64 },
    /// Nobody knows: the walk has looked at enough, and would go on before this position.
    Unseen { before: u64 },
}

/// The newest chosen events before a position, or of the whole log.
///
/// # Errors
/// [`FeedError`] when the log does not answer, or with the position of an event that cannot be read.
pub async fn newest(
    feed: &Arc<dyn EventFeed>,
    filter: &Filter,
    before: Option<u64>,
    bounds: Bounds,
) -> Result<Found, FeedError> {
    let head = feed.head().await?;
    let end = before.unwrap_or(u64::MAX).min(head.saturating_add(1));
    let end = match filter.to {
        // Behind the first event that is later by more than times are out of order, all are later.
        Some(to) => {
            let beyond = to.checked_add_signed(OVERLAP + OVERLAP + TimeDelta::seconds(1)).unwrap_or(to);
            last_before(feed, beyond, head).await?.saturating_add(1).min(end)
        }
        None => end,
    };
    let start = match filter.from {
        Some(from) => last_before(feed, from, head).await?.max(filter.after),
        None => filter.after,
    };
    let walk = Walk { feed, filter, owners: Owners::new(feed), bounds, events: Vec::new(), looked: 0 };
    walk.between(start, end).await
}

/// The event at a position; `None` when there is none.
///
/// # Errors
/// As [`newest`].
pub async fn event_at(feed: &Arc<dyn EventFeed>, position: u64) -> Result<Option<Chosen>, FeedError> {
    let page = feed.read_after(position.saturating_sub(1), 1).await?;
    let Some(event) = page.events.into_iter().find(|event| event.position == position) else { return Ok(None) };
    Filter::default().choose(&mut Owners::new(feed), event).await
}

struct Walk<'w> {
    feed: &'w Arc<dyn EventFeed>,
    filter: &'w Filter,
    owners: Owners,
    bounds: Bounds,
    events: Vec<Chosen>,
    looked: usize,
}

impl Walk<'_> {
    /// Walks from `end`, which is not looked at any more, back to `start`, which is not either.
    async fn between(mut self, start: u64, mut end: u64) -> Result<Found, FeedError> {
        let (mut width, mut windows) = (WINDOW as u64, 0);
        while end > start.saturating_add(1) {
            if windows == WINDOWS {
                return Ok(self.found(Rest::Unseen { before: end }));
            }
            let low = end.saturating_sub(1).saturating_sub(width).max(start);
            let Some(window) = self.window(low, end).await? else {
                width = (width / 4).max(1);
                continue;
            };
            windows += 1;
            let held = window.len();
            if let Some(rest) = self.judge(window).await? {
                return Ok(self.found(rest));
            }
            end = low + 1;
            if held < WINDOW / 2 {
                width = width.saturating_mul(2);
            } else if held > WINDOW * 2 {
                width = (width / 2).max(1);
            }
        }
        Ok(self.found(Rest::Nothing))
    }

    /// The events behind `low` and before `end`; `None` when they are too many.
    async fn window(&self, low: u64, end: u64) -> Result<Option<Vec<RecordedEvent>>, FeedError> {
        let (mut events, mut read) = (Vec::new(), low);
        while read < end - 1 {
            // A store may answer without waiting, and a walk is long: others on this thread get their turn.
            yield_now().await;
            let page = self.feed.read_after(read, WINDOW).await?;
            // What is not settled yet is newer than all that is shown, and the next look finds it.
            if page.next <= read {
                break;
            }
            read = page.next;
            events.extend(page.events.into_iter().take_while(|event| event.position < end));
            if events.len() > CROWDED {
                return Ok(None);
            }
        }
        Ok(Some(events))
    }

    /// Takes what is chosen of a window. `None` when the walk goes on.
    async fn judge(&mut self, window: Vec<RecordedEvent>) -> Result<Option<Rest>, FeedError> {
        for event in window.into_iter().rev() {
            let before = event.position + 1;
            if self.looked >= self.bounds.looked || self.owners.looked_up() >= LOOK_UPS {
                return Ok(Some(Rest::Unseen { before }));
            }
            self.looked += 1;
            let Some(chosen) = self.filter.choose(&mut self.owners, event).await? else { continue };
            if self.events.len() == self.bounds.found {
                return Ok(Some(Rest::More { before }));
            }
            self.events.push(chosen);
        }
        Ok(None)
    }

    fn found(self, rest: Rest) -> Found {
        Found { events: self.events, looked: self.looked, rest }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use async_trait::async_trait;
    use chrono::{DateTime, Utc};
    use routix_domain::log::Page;
    use uuid::Uuid;

    use super::*;
    use crate::evidence::{Choice, Form, write_chosen};

    /// A log of events at these positions, one a minute.
    struct Fixed(Vec<u64>);

    fn at(minute: usize) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(i64::try_from(minute).unwrap())
    }

    fn event(minute: usize, position: u64) -> RecordedEvent {
        let event_type = if minute.is_multiple_of(3) { "reservation.taken" } else { "person.forgotten" };
        RecordedEvent {
            position,
            event_id: Uuid::from_u128(position.into()),
            aggregate_type: "other".into(),
            aggregate_id: String::new(),
            sequence: 1,
            event_type: event_type.into(),
            event_version: "1".into(),
            payload: "{}".into(),
            metadata: "{}".into(),
            recorded_at: at(minute),
        }
    }

    #[async_trait]
    impl EventFeed for Fixed {
        async fn head(&self) -> Result<u64, FeedError> {
            Ok(self.0.last().copied().unwrap_or_default())
        }

        async fn read_after(&self, position: u64, limit: usize) -> Result<Page, FeedError> {
            let behind = (0..).zip(&self.0).filter(|(_, at)| **at > position);
            let events: Vec<_> = behind.map(|(minute, at)| event(minute, *at)).take(limit).collect();
            let head = self.head().await?;
            let next = if events.len() == limit { events.last().map_or(head, |last| last.position) } else { head };
            Ok(Page { events, next: next.max(position), head })
        }

        async fn read_stream(&self, _: &str, _: &str) -> Result<Vec<RecordedEvent>, FeedError> {
            Ok(Vec::new())
        }

        async fn position_of(&self, _: &str, _: &str, _: u64) -> Result<Option<u64>, FeedError> {
            Ok(None)
        }

        async fn wait(&self, _: u64) {}
    }

    fn log(positions: impl IntoIterator<Item = u64>) -> Arc<dyn EventFeed> {
        Arc::new(Fixed(positions.into_iter().collect()))
    }

    /// The positions of all pages, one after the other, and how many pages there were.
    async fn pages(feed: &Arc<dyn EventFeed>, filter: &Filter, bounds: Bounds) -> (Vec<u64>, usize) {
        let (mut positions, mut pages, mut before) = (Vec::new(), 0, None);
        loop {
            let found = newest(feed, filter, before, bounds).await.unwrap();
            pages += 1;
            assert!(found.events.len() <= bounds.found && found.looked <= bounds.looked);
            positions.extend(found.events.iter().map(|chosen| chosen.event.position));
            match found.rest {
                Rest::Nothing => return (positions, pages),
                Rest::More { before: next } | Rest::Unseen { before: next } => before = Some(next),
            }
        }
    }

    fn bounds(found: usize, looked: usize) -> Bounds {
        Bounds { found, looked }
    }

    #[tokio::test]
    async fn the_pages_hold_every_event_once_and_newest_first() {
        for positions in [
            (1..=2_345).collect::<Vec<u64>>(),
            (1..=400).map(|n| n * n * 7).collect(),
            (1..=50).map(|n| n << 50).collect(),
            (1..=9_000).chain([1 << 40, 1 << 60]).collect(),
            vec![1],
            vec![],
        ] {
            let feed = log(positions.clone());
            let mut expected = positions;
            expected.reverse();
            for wanted in [bounds(50, 20_000), bounds(7, 100), bounds(1_000_000, 1_000_000)] {
                let (found, _) = pages(&feed, &Filter::default(), wanted).await;
                assert_eq!(found, expected, "{wanted:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_full_page_says_whether_there_is_more() {
        let feed = log(1..=100);
        assert_eq!(pages(&feed, &Filter::default(), bounds(50, 20_000)).await.1, 2);
        assert_eq!(pages(&log(1..=101), &Filter::default(), bounds(50, 20_000)).await.1, 3);
    }

    #[tokio::test]
    async fn a_walk_that_has_looked_at_enough_says_where_it_would_go_on() {
        let feed = log(1..=5_000);
        let types = vec!["app.registered".to_owned()];
        let found = newest(&feed, &Filter { types, ..Filter::default() }, None, bounds(50, 1_500)).await.unwrap();
        assert_eq!((found.events.len(), found.looked, found.rest), (0, 1_500, Rest::Unseen { before: 3_501 }));
    }

    #[tokio::test]
    async fn a_time_span_is_found_wherever_it_lies_without_reading_the_rest() {
        let feed = log((1..=20_000).map(|n| n * 3));
        let filter = Filter { from: Some(at(5_000)), to: Some(at(5_009)), ..Filter::default() };
        let found = newest(&feed, &filter, None, bounds(50, 20_000)).await.unwrap();
        let minutes: Vec<u64> = found.events.iter().map(|chosen| chosen.event.position / 3 - 1).collect();
        assert_eq!(minutes, (5_000..=5_009).rev().collect::<Vec<_>>());
        assert!(found.looked < 20 && found.rest == Rest::Nothing, "{} {:?}", found.looked, found.rest);
    }

    #[tokio::test]
    async fn what_is_filtered_is_counted_and_not_shown() {
        let feed = log(1..=300);
        let filter = Filter { types: vec!["reservation.".to_owned()], ..Filter::default() };
        let (found, _) = pages(&feed, &filter, bounds(10, 40)).await;
        assert_eq!(found, (1..=300).rev().filter(|position| (position - 1) % 3 == 0).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn who_writes_the_log_waits_after_each_page_even_for_a_store_that_answers_at_once() {
        let feed = log(1..=5_000);
        let mut choice = Choice::begin(&feed, Filter::default()).await.unwrap();
        let (mut out, mut said) = (Vec::new(), 0);
        let mut tell = |position, _| said = position;
        let mut writing = Box::pin(write_chosen(&mut choice, (Form::Jsonl, u64::MAX), &mut out, &mut tell));
        let mut turns = 0;
        let written = poll_fn(|context| {
            turns += 1;
            writing.as_mut().poll(context)
        });
        assert_eq!(written.await.unwrap(), 5_000);
        drop(writing);
        assert_eq!((said, turns), (5_000, 6), "five pages, and the end");
    }

    #[tokio::test]
    async fn an_event_is_found_at_its_position_and_nowhere_else() {
        let feed = log([5, 9]);
        for (position, found) in [(0, None), (4, None), (5, Some(5)), (6, None), (9, Some(9)), (10, None)] {
            let chosen = event_at(&feed, position).await.unwrap();
            assert_eq!(chosen.map(|chosen| chosen.event.position), found, "{position}");
        }
    }
}
