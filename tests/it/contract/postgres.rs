//! The PostgreSQL store, and what only it promises.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::DateTime;
use routix::store::postgres::PostgresEventStore;
use routix::system::System;
use routix_domain::log::{EventFeed, FeedError};
use routix_projections::database::PostgresUrl;
use routix_test_postgres::Scratch;
use tokio_postgres::NoTls;

use super::StoreUnderTest;
use super::place::{append, is_conflict, log, sequences};
use crate::support::bounded;

pub(crate) struct PostgresFixture(Scratch);

impl PostgresFixture {
    async fn store(&self) -> PostgresEventStore {
        let url = PostgresUrl::parse(&self.0.url()).unwrap();
        PostgresEventStore::open(&url, DateTime::UNIX_EPOCH).await.unwrap()
    }

    /// A connection of another program, which begins an append and leaves it open.
    async fn slow_appender(&self, id: &str) -> SlowAppender {
        let (client, connection) = tokio_postgres::connect(&self.0.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(&format!("SET search_path = events; BEGIN; {}", insert(id))).await.unwrap();
        SlowAppender(client)
    }
}

struct SlowAppender(tokio_postgres::Client);

impl SlowAppender {
    async fn end(self, how: &str) {
        self.0.batch_execute(how).await.unwrap();
    }
}

fn insert(id: &str) -> String {
    format!(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
         VALUES ('reservation', '{id}', 1, 'reservation.made', '1', '{{}}', '{{}}')"
    )
}

impl StoreUnderTest for PostgresFixture {
    type Store = PostgresEventStore;

    const RECORDS_AT_SYSTEM_TIME: bool = false;

    fn fresh() -> Self {
        Self(Scratch::new())
    }

    /// On a runtime of its own, because some ask from a thread without one. What it connected goes with it; the store
    /// connects again.
    fn open(&self, _system: &System) -> PostgresEventStore {
        std::thread::scope(|scope| {
            let open =
                || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(self.store());
            scope.spawn(open).join().unwrap()
        })
    }

    fn backup(&self) -> Self {
        Self(self.0.dumped())
    }
}

#[tokio::test]
async fn no_statement_changes_or_removes_what_is_in_the_log() {
    let place = PostgresFixture::fresh();
    let store = place.store().await;
    append(&store, "a", 1..=3).await.unwrap();
    let before = log(&store).await;
    for statement in [
        "UPDATE events.events SET payload = '{}'",
        "UPDATE events.events SET position = DEFAULT WHERE sequence = 3",
        "DELETE FROM events.events",
        "DELETE FROM events.events WHERE position = 3",
        "TRUNCATE events.events",
        "DELETE FROM events.event_hashes",
        "UPDATE events.checkpoints SET size = 1",
        "TRUNCATE events.checkpoints",
        "INSERT INTO events.events (position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, \
         metadata) VALUES (2, 'reservation', 'b', 1, 'x', '1', '{}', '{}')",
        "INSERT INTO events.events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
         VALUES ('reservation', 'a', 3, 'x', '1', '{}', '{}') ON CONFLICT (aggregate_type, aggregate_id, sequence) \
         DO UPDATE SET payload = '{\"changed\":true}'",
    ] {
        let refused = place.0.try_sql(statement);
        assert!(refused.is_err(), "{statement}: {refused:?}");
        assert_eq!(log(&store).await, before, "{statement}");
    }
}

#[tokio::test]
async fn a_reader_waits_for_an_append_that_is_under_way_and_for_no_later_one() {
    let place = PostgresFixture::fresh();
    let store = place.store().await;
    append(&store, "a", [1]).await.unwrap();
    let slow = place.slow_appender("slow").await;
    append(&store, "b", [1]).await.unwrap();
    // Position 3 can be seen and 2 cannot; nobody knows yet whether it comes.
    let page = store.read_after(0, 10).await.unwrap();
    assert_eq!((page.events.len(), page.next, page.head), (1, 1, 3));
    let page = bounded("a look at the hole", store.read_after(1, 10)).await.unwrap();
    assert_eq!((page.events.len(), page.next, page.head), (0, 1, 3));
    let later = place.slow_appender("later").await;
    slow.end("COMMIT").await;
    let page = store.read_after(1, 10).await.unwrap();
    let ids: Vec<_> = page.events.iter().map(|event| event.aggregate_id.as_str()).collect();
    assert_eq!((ids, page.next), (vec!["slow", "b"], 3));
    later.end("COMMIT").await;
    assert_eq!(store.read_after(3, 10).await.unwrap().events.len(), 1);
}

#[tokio::test]
async fn who_reads_to_the_end_waits_for_what_may_come_before_it() {
    let place = PostgresFixture::fresh();
    let store = place.store().await;
    let slow = place.slow_appender("slow").await;
    append(&store, "a", [1]).await.unwrap();
    let reader = tokio::spawn({
        let store = store.clone();
        async move { store.read_on(0, 10).await }
    });
    // It looks again and again, and never takes the hole for the end.
    for _ in 0..3 {
        assert!(store.read_after(0, 10).await.unwrap().events.is_empty());
        assert!(!reader.is_finished());
    }
    slow.end("COMMIT").await;
    let page = bounded("the reader", reader).await.unwrap().unwrap();
    assert_eq!(page.events.iter().map(|event| event.position).collect::<Vec<_>>(), [1, 2]);
    let page = store.read_on(2, 10).await.unwrap();
    assert_eq!((page.events.len(), page.next, page.head), (0, 2, 2));
}

#[tokio::test]
async fn a_row_before_the_first_position_is_not_passed_over() {
    let place = PostgresFixture::fresh();
    let store = place.store().await;
    append(&store, "a", [1]).await.unwrap();
    place.0.sql(&format!(
        "SET search_path = events; ALTER TABLE events ALTER position DROP IDENTITY; {}",
        insert("b").replace("metadata)", "metadata, position)").replace("'{}', '{}')", "'{}', '{}', -7)")
    ));
    let read = store.read_after(0, 10).await;
    assert!(matches!(read, Err(FeedError::Corrupt { position: 0, .. })), "{read:?}");
}

#[tokio::test]
async fn a_position_that_was_taken_back_holds_nobody_up() {
    let place = PostgresFixture::fresh();
    let store = place.store().await;
    for number in 0..5 {
        place.slow_appender(&format!("gone-{number}")).await.end("ROLLBACK").await;
        append(&store, &format!("a-{number}"), [1]).await.unwrap();
    }
    let page = store.read_after(0, 10).await.unwrap();
    assert_eq!(page.events.iter().map(|event| event.position).collect::<Vec<_>>(), [2, 4, 6, 8, 10]);
    // What is known to be gone is not looked for again, even while somebody appends.
    let slow = place.slow_appender("slow").await;
    assert_eq!(store.read_after(0, 10).await.unwrap().events.len(), 5);
    slow.end("ROLLBACK").await;
}

#[tokio::test]
async fn an_open_transaction_that_appends_nothing_holds_nobody_up() {
    let place = PostgresFixture::fresh();
    let store = place.store().await;
    let (client, connection) = tokio_postgres::connect(&place.0.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("BEGIN; CREATE TABLE other (x int); SELECT pg_current_xact_id()").await.unwrap();
    place.slow_appender("gone").await.end("ROLLBACK").await;
    append(&store, "a", [1]).await.unwrap();
    assert_eq!(store.read_after(0, 10).await.unwrap().events.len(), 1);
}

/// A connection that breaks leaves open whether its append was taken: what a caller is told is the truth all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn appends_whose_connections_are_killed_are_answered_truthfully() {
    let place = PostgresFixture::fresh();
    let store = place.store().await;
    let done = Arc::new(AtomicBool::new(false));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let (store, done) = (store.clone(), Arc::clone(&done));
        writers.spawn(async move {
            let (id, mut taken) = (format!("s-{writer}"), 0);
            while !done.load(Ordering::SeqCst) {
                match append(&store, &id, [taken + 1]).await {
                    Ok(()) => taken += 1,
                    refused => {
                        assert!(!is_conflict(&refused), "nobody else writes to {id}");
                        taken = sequences_again(&store, &id).await;
                    }
                }
            }
            assert_eq!(sequences_again(&store, &id).await, taken, "{id}");
            taken
        });
    }
    let kill = "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%events%'";
    let mut killed = 0;
    while killed < 60 {
        killed += place.0.sql(kill)[0].parse::<usize>().unwrap();
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    done.store(true, Ordering::SeqCst);
    let mut taken = 0;
    while let Some(writer) = bounded("a writer", writers.join_next()).await {
        taken += writer.unwrap();
    }
    assert!(taken > 50, "{taken}");
}

/// A load may meet a killed connection too.
async fn sequences_again(store: &PostgresEventStore, id: &str) -> usize {
    for _ in 0..1_000 {
        if let Ok(events) = store.read_stream("reservation", id).await {
            return events.len();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{id} cannot be loaded")
}

#[tokio::test]
async fn a_log_in_a_new_cluster_goes_on_where_it_was() {
    let place = PostgresFixture::fresh();
    let store = place.store().await;
    append(&store, "a", 1..=20).await.unwrap();
    let restored = place.backup();
    let other = restored.store().await;
    assert_eq!(log(&other).await, log(&store).await);
    append(&other, "a", [21]).await.unwrap();
    assert_eq!((other.head().await.unwrap(), sequences(&other, "a").await.len()), (21, 21));
}
