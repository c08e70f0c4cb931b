//! A log that was restored from an older backup is shorter than what its read models hold.

use routix::store::sqlite::SqliteEventStore;
use routix::system::System;
use routix_domain::log::EventFeed;
use routix_projections::projection::all;
use routix_projections::rebuild::Progress;
use routix_projections::runner::{NotReached, Runner};
use std::sync::Arc;

use super::feeds::Held;
use super::place::{Kind, Place, append_to, now, on_both};
use super::start::House;
use crate::support::{PATIENCE, bounded};
use routix_test_history::History;

on_both! {
    read_models_ahead_of_the_log_say_so_and_a_rebuild_brings_them_back,
    a_log_that_has_outgrown_its_read_models_since_it_was_restored_is_not_taken_for_theirs,
    a_rebuild_that_was_begun_with_the_lost_log_begins_anew,
}

async fn read_models_ahead_of_the_log_say_so_and_a_rebuild_brings_them_back(kind: Kind) {
    let place = Place::new(kind).await;
    let mut history = History::of(61, 400);
    place.append(&history.take()).await;
    place.catch_up().await;
    let (expected, head) = (place.dump_all().await, place.store.head().await.unwrap());
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("events.db");
    place.raw_log().execute("VACUUM INTO ?1", [backup.to_str().unwrap()]).unwrap();
    history.grow(500);
    place.append(&history.take()).await;
    place.catch_up().await;
    let ahead = place.store.head().await.unwrap();
    assert_ne!(place.dump_all().await, expected);

    let restored: Arc<dyn EventFeed> = Arc::new(SqliteEventStore::open(&backup, &System::real()).unwrap());
    let runner = Runner::start(&place.db, &restored, &all(), now);
    for projection in all() {
        let name = projection.name();
        // Even what the tables are said to hold: it is not of this log.
        for wanted in [1, head + 1, ahead + 1] {
            let waited = bounded("an answer", runner.waiter().wait_for(&[name], wanted, PATIENCE)).await;
            let error =
                format!("the tables of '{name}' stand at position {ahead} and the log ends at {head}; rebuild them");
            assert_eq!(waited, Err(NotReached::Stopped { name, error }));
        }
    }
    let rebuilder = place.rebuilder_from(restored);
    for projection in all() {
        let mut on_progress = |_| {};
        let done = bounded("the rebuild", rebuilder.rebuild(projection, &mut on_progress)).await.unwrap();
        assert_eq!((done.position, place.db.position(projection).await.unwrap()), (head, head));
    }
    assert_eq!(place.dump_all().await, expected);
    for projection in all() {
        // The runner, too, finds its way back.
        crate::support::until("the runner", async || {
            runner.waiter().wait_for(&[projection.name()], head, PATIENCE).await == Ok(())
        })
        .await;
    }
    runner.stop().await;
}

/// A place whose log was restored from a backup; the tables are those of before. Returns the restored log's folder too.
async fn restored(kind: Kind, history: &mut History, lost: usize) -> (Place, tempfile::TempDir, SqliteEventStore) {
    let place = Place::new(kind).await;
    place.append(&history.take()).await;
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("events.db");
    place.raw_log().execute("VACUUM INTO ?1", [backup.to_str().unwrap()]).unwrap();
    let events = history.events + lost;
    history.grow(events);
    place.append(&history.take()).await;
    place.catch_up().await;
    let store = SqliteEventStore::open(&backup, &System::real()).unwrap();
    (place, folder, store)
}

async fn a_log_that_has_outgrown_its_read_models_since_it_was_restored_is_not_taken_for_theirs(kind: Kind) {
    let mut history = History::of(62, 300);
    let (place, _folder, store) = restored(kind, &mut history, 50).await;
    // The same commands again, and more: the ids of the events are those of before.
    let mut again = History::of(62, 300);
    again.take();
    again.grow(500);
    append_to(&store, &again.take()).await;
    let head = store.head().await.unwrap();
    assert!(place.db.position(all()[0]).await.unwrap() < head);
    let feed: Arc<dyn EventFeed> = Arc::new(store);
    let runner = Runner::start(&place.db, &feed, &all(), now);
    for projection in all() {
        let waited = bounded("an answer", runner.waiter().wait_for(&[projection.name()], 1, PATIENCE)).await;
        let Err(NotReached::Stopped { error, .. }) = waited else { panic!("{waited:?}") };
        assert!(error.contains("were made from another log: the event at position "), "{error}");
    }
    let rebuilder = place.rebuilder_from(feed);
    for projection in all() {
        bounded("the rebuild", rebuilder.rebuild(projection, &mut |_| {})).await.unwrap();
        let waited = crate::support::until("the runner", async || {
            runner.waiter().wait_for(&[projection.name()], head, PATIENCE).await == Ok(())
        });
        waited.await;
        assert_eq!(rebuilder.verify(projection, &mut |_| {}).await.unwrap().difference, None);
    }
    runner.stop().await;
}

#[tokio::test]
async fn a_server_rebuilds_the_read_models_of_a_log_that_was_restored() {
    let (house, after) = (House::new(), House::new());
    let server = house.serve().await;
    let mut history = History::of(63, 300);
    append_to(&server.store, &history.take()).await;
    let before = server.feed.head().await.unwrap();
    house.back_up("events.db", &after);
    history.grow(400);
    append_to(&server.store, &history.take()).await;
    let (head, waiter) = (server.feed.head().await.unwrap(), server.runner.waiter());
    let names: Vec<_> = all().iter().map(|projection| projection.name()).collect();
    bounded("the projections", waiter.wait_for(&names, head, PATIENCE)).await.unwrap();
    // The read models hold what the backup of the log does not.
    house.back_up("read.db", &after);
    server.runner.stop().await;
    let server = after.serve().await;
    for status in server.read.status(&all()).await.unwrap() {
        assert_eq!(status.live.map(|live| live.position), Some(before), "{}", status.name);
    }
    for projection in all() {
        assert_eq!(server.rebuilder().verify(projection, &mut |_| {}).await.unwrap().difference, None);
    }
    server.runner.stop().await;
}

async fn a_rebuild_that_was_begun_with_the_lost_log_begins_anew(kind: Kind) {
    let mut history = History::of(64, 1_500);
    let (place, _folder, store) = restored(kind, &mut history, 2_500).await;
    let held = Held::at(&place, 5);
    let rebuilder = place.rebuilder_from(held.clone());
    let interrupted = tokio::spawn(async move { rebuilder.rebuild(all()[0], &mut |_| {}).await.map(drop) });
    bounded("the rebuild", held.reached.notified()).await;
    interrupted.abort();
    let head = store.head().await.unwrap();
    let rebuilder = place.rebuilder_from(Arc::new(store));
    let mut first = None;
    let mut on_progress = |progress: Progress| {
        first.get_or_insert(progress.position);
    };
    let done = rebuilder.rebuild(all()[0], &mut on_progress);
    assert_eq!(bounded("the rebuild", done).await.unwrap().position, head);
    assert_eq!(first, Some(1_000), "the first batch is the first of the log");
    assert_eq!(rebuilder.verify(all()[0], &mut |_| {}).await.unwrap().difference, None);
}
