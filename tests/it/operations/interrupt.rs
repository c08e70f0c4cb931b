//! A rebuild that is interrupted anywhere leaves the live tables as they were, and the next one goes on.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use async_trait::async_trait;
use routix_domain::log::{EventFeed, FeedError, Page, RecordedEvent};
use routix_projections::projection::all;
use routix_projections::read_db::State;
use tokio::sync::Notify;

use super::place::{Kind, Place, on_both};
use crate::support::{Dice, bounded};
use routix_test_history::History;

on_both! {
    an_interrupted_rebuild_leaves_the_live_tables_and_the_next_one_goes_on,
    a_rebuild_resumes_behind_the_last_batch_that_was_written,
}

/// A log that can be read so many times, in small pages; then it fails, or falls silent.
struct Failing {
    feed: Arc<dyn EventFeed>,
    reads_left: AtomicUsize,
    silent: bool,
}

#[async_trait]
impl EventFeed for Failing {
    async fn head(&self) -> Result<u64, FeedError> {
        self.feed.head().await
    }

    async fn read_after(&self, position: u64, limit: usize) -> Result<Page, FeedError> {
        if limit == 1 {
            // A look at the event where a build stands; what is counted are the pages that fill it.
            return self.feed.read_after(position, limit).await;
        }
        let left = self.reads_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match left {
            Ok(_) => self.feed.read_after(position, limit).await,
            Err(_) if self.silent => pending().await,
            Err(_) => Err(FeedError::Unavailable("the disk is gone".into())),
        }
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

async fn an_interrupted_rebuild_leaves_the_live_tables_and_the_next_one_goes_on(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(31, 6_000).appends).await;
    place.catch_up().await;
    let live = place.dump_all().await;
    let head = place.store.head().await.unwrap();
    let mut dice = Dice::seeded(31);
    let (mut interrupted, mut round) = (0, 0);
    while interrupted < 20 {
        round += 1;
        let projection = *dice.pick(&all());
        // Dropped between two polls, wherever that is: in a read of the log, or while a batch is being written.
        let polls = dice.below(if kind == Kind::Sqlite { 12 } else { 36 });
        {
            let rebuilder = place.rebuilder();
            let mut on_progress = |_| {};
            let mut rebuild = pin!(rebuilder.rebuild(projection, &mut on_progress));
            let mut count = 0;
            let finished = bounded(
                "polls",
                poll_fn(|context| {
                    if count == polls {
                        return Poll::Ready(false);
                    }
                    count += 1;
                    rebuild.as_mut().poll(context).map(|done| done.is_ok())
                }),
            )
            .await;
            interrupted += usize::from(!finished);
        }
        let status = place.db.status(&[projection]).await.unwrap().remove(0).live.unwrap();
        assert_eq!((status.state, status.position), (State::Live, head), "round {round}");
        assert_eq!(place.dump_all().await, live, "round {round}");
        if round % 4 == 3 {
            let mut on_progress = |_| {};
            let rebuilder = place.rebuilder();
            let done = rebuilder.rebuild(projection, &mut on_progress);
            assert_eq!(bounded("the rebuild", done).await.unwrap().position, head, "round {round}");
            assert_eq!(place.dump_all().await, live, "round {round}");
        }
    }
}

async fn a_rebuild_resumes_behind_the_last_batch_that_was_written(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(32, 5_500).appends).await;
    place.catch_up().await;
    let live = place.dump_all().await;
    let head = place.store.head().await.unwrap();
    for projection in all() {
        for (reads, silent) in [(0, false), (1, false), (2, true), (1, false)] {
            let feed = Arc::new(Failing { feed: place.feed(), reads_left: AtomicUsize::new(reads), silent });
            let rebuilder = place.rebuilder_from(feed);
            let (batch, mut written) = (Notify::new(), 0);
            let mut on_progress = |_| {
                written += 1;
                if written == reads {
                    batch.notify_one();
                }
            };
            let rebuild = rebuilder.rebuild(projection, &mut on_progress);
            bounded("the interruption", async {
                tokio::select! {
                    failed = rebuild => assert_eq!(failed.unwrap_err().to_string(), "the log cannot be read"),
                    () = batch.notified(), if silent => {}
                }
            })
            .await;
        }
        let mut first = None;
        place
            .rebuilder()
            .rebuild(projection, &mut |p| {
                first.get_or_insert(p.position);
            })
            .await
            .unwrap();
        assert!(first.unwrap() > 4_000, "{} began again at {first:?} of {head}", projection.name());
    }
    assert_eq!(place.dump_all().await, live);
}
