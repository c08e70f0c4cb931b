//! The runner: every event once, however many run, and a waiter that answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use routix_domain::log::{EventFeed, FeedError, Page, RecordedEvent};
use routix_projections::projection::all;
use routix_projections::runner::{NotReached, Runner};
use tokio::runtime::Builder;

use super::place::{Kind, Place, now, on_both};
use crate::support::{PATIENCE, bounded, until};
use routix_test_history::History;

on_both! {
    two_runners_on_one_database_apply_each_event_once,
    a_command_reads_its_own_write,
    waiting_for_a_position_that_does_not_come_ends_and_says_how_far_it_came,
    a_stopped_projection_rests_between_its_looks,
}

fn names() -> Vec<&'static str> {
    all().iter().map(|projection| projection.name()).collect()
}

async fn two_runners_on_one_database_apply_each_event_once(kind: Kind) {
    let place = Place::new(kind).await;
    let (store, db) = place.second();
    let feed: Arc<dyn EventFeed> = Arc::new(store);
    let runners = [place.run(), Runner::start(&db, &feed, &all(), now)];
    let mut history = History::of(51, 100);
    for round in 1..=10 {
        history.grow(100 + round * 200);
        place.append(&history.take()).await;
        let head = place.store.head().await.unwrap();
        for runner in &runners {
            assert_eq!(runner.waiter().wait_for(&names(), head, PATIENCE).await, Ok(()));
        }
    }
    for runner in runners {
        runner.stop().await;
    }
    for projection in all() {
        let verified = place.rebuilder().verify(projection, &mut |_| {}).await.unwrap();
        assert_eq!((verified.difference, verified.position), (None, place.store.head().await.unwrap()));
    }
}

/// What both nodes of a place lose again and again.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runners_whose_connections_are_cut_apply_each_event_once() {
    let place = Place::new(Kind::Postgres).await;
    let (store, db) = place.second();
    let feed: Arc<dyn EventFeed> = Arc::new(store);
    let runners = [place.run(), Runner::start(&db, &feed, &all(), now)];
    let mut history = History::of(55, 100);
    for round in 1..=10 {
        history.grow(100 + round * 200);
        let appends = history.take();
        let cuts = async {
            for _ in 0..3 {
                place.cluster.as_ref().unwrap().sql(CUT);
                tokio::task::yield_now().await;
            }
        };
        bounded("the appends", async { tokio::join!(place.append(&appends), cuts) }).await;
        let head = place.store.head().await.unwrap();
        for runner in &runners {
            assert_eq!(runner.waiter().wait_for(&names(), head, PATIENCE).await, Ok(()), "round {round}");
        }
    }
    for runner in runners {
        runner.stop().await;
    }
    for projection in all() {
        let verified = place.rebuilder().verify(projection, &mut |_| {}).await.unwrap();
        assert_eq!((verified.difference, verified.position), (None, place.store.head().await.unwrap()));
    }
}

async fn a_command_reads_its_own_write(kind: Kind) {
    let place = Place::new(kind).await;
    let runner = place.run();
    let mut history = History::of(52, 50);
    for events in (60..400).step_by(10) {
        history.grow(events);
        place.append(&history.take()).await;
        let head = place.store.head().await.unwrap();
        assert_eq!(runner.waiter().wait_for(&names(), head, PATIENCE).await, Ok(()));
        let apps: i64 = place
            .raw_log()
            .query_row("SELECT count(*) FROM events WHERE event_type = 'app.registered'", [], |row| row.get(0))
            .unwrap();
        for query in ["SELECT count(*) FROM app_list", "SELECT count(*) FROM token_validation"] {
            assert_eq!(place.value::<i64>(query).await, apps);
        }
    }
    runner.stop().await;
}

async fn waiting_for_a_position_that_does_not_come_ends_and_says_how_far_it_came(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(53, 50).appends).await;
    let head = place.store.head().await.unwrap();
    let runner = place.run();
    assert_eq!(runner.waiter().wait_for(&["members"], head, PATIENCE).await, Ok(()));
    let late = runner.waiter().wait_for(&["members"], head + 1, Duration::from_millis(50)).await;
    assert_eq!(late, Err(NotReached::Late { name: "members", at: head, wanted: head + 1 }));
    let unknown = runner.waiter().wait_for(&["views"], 1, Duration::from_millis(1)).await;
    assert_eq!(unknown, Err(NotReached::Late { name: "views", at: 0, wanted: 1 }));
    // Without a runner nobody will come, and nobody is waited for.
    let waiter = runner.waiter();
    runner.stop().await;
    let late = bounded("an answer", waiter.wait_for(&["members"], head + 1, PATIENCE * 60)).await;
    assert_eq!(late, Err(NotReached::Late { name: "members", at: head, wanted: head + 1 }));
}

/// A log whose bell rings without end while there is something behind the position, and that counts who asks.
struct Counting {
    feed: Arc<dyn EventFeed>,
    reads: AtomicUsize,
    rests: AtomicUsize,
    awake: AtomicU64,
}

#[async_trait]
impl EventFeed for Counting {
    async fn head(&self) -> Result<u64, FeedError> {
        self.feed.head().await
    }

    async fn read_after(&self, position: u64, limit: usize) -> Result<Page, FeedError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.feed.read_after(position, limit).await
    }

    async fn read_stream(&self, kind: &str, id: &str) -> Result<Vec<RecordedEvent>, FeedError> {
        self.feed.read_stream(kind, id).await
    }

    async fn position_of(&self, kind: &str, id: &str, sequence: u64) -> Result<Option<u64>, FeedError> {
        self.feed.position_of(kind, id, sequence).await
    }

    async fn wait(&self, position: u64) {
        if self.head().await.is_ok_and(|head| head > position) {
            self.awake.fetch_add(1, Ordering::SeqCst);
            return tokio::task::yield_now().await;
        }
        self.rests.fetch_add(1, Ordering::SeqCst);
        self.feed.wait(position).await;
    }
}

async fn a_stopped_projection_rests_between_its_looks(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(54, 50).appends).await;
    place
        .raw_log()
        .execute(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                recorded_at) VALUES ('app', '00000000-0000-0000-0000-000000000001', 1, 'app.exploded', '1', '{}', '{}', 0)",
            [],
        )
        .unwrap();
    let counting = Arc::new(Counting {
        feed: place.feed(),
        reads: AtomicUsize::new(0),
        rests: AtomicUsize::new(0),
        awake: AtomicU64::new(0),
    });
    let feed: Arc<dyn EventFeed> = counting.clone();
    let runner = Runner::start(&place.db, &feed, &all()[..1], now);
    until("five rests", async || {
        let _stopped = runner.waiter().wait_for(&["token_validation"], u64::MAX, PATIENCE).await;
        place.store.wait(u64::MAX).await;
        counting.rests.load(Ordering::SeqCst) >= 5
    })
    .await;
    runner.stop().await;
    let (reads, rests) = (counting.reads.load(Ordering::SeqCst), counting.rests.load(Ordering::SeqCst));
    // Two looks at the log find the offender and stop it; after each rest only its state is looked at.
    assert!(reads <= 3, "{reads} reads and {rests} rests");
    assert_eq!(counting.awake.load(Ordering::SeqCst), 0);
}

/// A command ends whenever it has done its own, wherever the projections beside it are.
#[test]
fn a_process_that_ends_is_no_trouble_of_a_projection() {
    for round in 0..100 {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (place, runner) = runtime.block_on(async {
            let place = Place::new(Kind::Sqlite).await;
            place.append(&History::of(53, 100).take()).await;
            let runner = place.run();
            tokio::time::sleep(Duration::from_micros(50 * round)).await;
            (place, runner)
        });
        let waiter = runner.waiter();
        runtime.shutdown_timeout(PATIENCE);
        for name in names() {
            assert_eq!(waiter.standing(name).trouble, None, "{name} in round {round}");
        }
        drop((place, runner));
    }
}
