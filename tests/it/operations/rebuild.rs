//! A rebuild gives the rows that were there, and nobody sees it happen.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use cqrs_es::DomainEvent;
use routix_domain::app::AppEvent;
use routix_domain::authorization::AuthorizationEvent;
use routix_domain::consent::ConsentEvent;
use routix_domain::log::EventFeed;
use routix_domain::organization::OrganizationEvent;
use routix_projections::app_list::AppList;
use routix_projections::database::Database;
use routix_projections::projection::{all, named};
use routix_projections::read_db::State;
use routix_projections::rebuild::Rebuilder;
use tokio::sync::{Mutex, Notify};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::sleep;

use super::feeds::Overtaken;
use super::place::{Kind, Place, now, on_both};
use crate::support::{bounded, races};
use routix_test_history::History;

on_both! {
    rebuilt_tables_are_the_live_ones_row_by_row,
    r8_readers_beside_a_rebuild_and_appends_never_see_an_empty_or_half_table,
    r8_a_rebuild_waits_for_whoever_reads_for_long_and_nobody_else_does,
    two_rebuilds_of_one_projection_at_once_both_succeed,
    a_rebuild_that_others_are_always_ahead_of_ends,
    a_plan_says_what_a_rebuild_would_read_and_what_room_its_tables_take,
}

const EVENTS: usize = 2_200;

#[test]
fn a_random_history_has_every_event_that_a_projection_reads() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for event in History::of(1, 2 * EVENTS).appends.iter().flatten() {
        *seen.entry(event.event_type.clone()).or_default() += 1;
    }
    let types = [AppEvent::TYPES, OrganizationEvent::TYPES, ConsentEvent::TYPES, AuthorizationEvent::TYPES].concat();
    for (event_type, _) in types {
        assert!(seen.get(event_type).copied().unwrap_or_default() > 5, "{event_type}: {seen:?}");
    }
    assert_eq!(AppEvent::Revoked {}.event_type(), "app.revoked");
}

async fn rebuilt_tables_are_the_live_ones_row_by_row(kind: Kind) {
    // The shorter they are, the more batches go on from rows of one that is not written yet.
    for (seed, batch) in [(1, 21), (2, 150), (3, 500), (4, 1_000)] {
        let place = Place::new(kind).await;
        let rebuilder = || Rebuilder { batch, ..place.rebuilder() };
        place.append(&History::of(seed, EVENTS).appends).await;
        place.catch_up().await;
        let live = place.dump_all().await;
        let rows: usize = live.iter().flat_map(|dump| dump.values()).map(Vec::len).sum();
        assert!(rows > EVENTS / 2, "seed {seed}: {rows} rows");
        for projection in all() {
            let before = place.db.status(&[projection]).await.unwrap().remove(0).live.unwrap();
            let verified = rebuilder().verify(projection, &mut |_| {}).await.unwrap();
            assert_eq!((verified.difference, verified.position), (None, before.position), "seed {seed}");
            let mut progress = Vec::new();
            let done = rebuilder().rebuild(projection, &mut |p| progress.push(p)).await.unwrap();
            assert_eq!((done.position, done.head), (before.position, before.position));
            assert!(progress.windows(2).all(|pair| pair[0].position < pair[1].position), "{progress:?}");
            assert!(progress.len() > 2, "{progress:?}");
            let after = place.db.status(&[projection]).await.unwrap().remove(0).live.unwrap();
            assert!(after.number > before.number);
            assert_eq!((after.state, after.position, after.version), (State::Live, before.position, before.version));
        }
        assert_eq!(place.dump_all().await, live, "seed {seed}");
    }
}

/// What only grows: apps, events of apps, branches, organizations.
pub(super) const ONLY_GROW: [&str; 6] = [
    "SELECT count(*) FROM token_validation",
    "SELECT count(*) FROM app_list",
    "SELECT count(*) FROM app_history",
    "SELECT max(position) FROM app_history",
    "SELECT count(*) FROM branches",
    "SELECT count(*) FROM organizations",
];

/// Asks again and again for a number that never falls, until told to stop. Returns the last answer and how many it got.
pub(super) async fn watch(database: Database, query: &str, done: &AtomicBool) -> (i64, usize) {
    let (mut before, mut answers) = (0, 0);
    loop {
        let last = done.load(Ordering::SeqCst);
        let now: i64 = database.select_one(query, &[]).await.unwrap().unwrap().get(0).unwrap();
        assert!(now >= before, "{query}: {now} after {before}");
        (before, answers) = (now, answers + 1);
        if last {
            return (before, answers);
        }
        tokio::task::yield_now().await;
    }
}

/// Begins to read, and goes on until told to end.
async fn read_for_long(place: &Place) -> (JoinHandle<()>, Sender<()>) {
    let (go_on, told) = channel();
    let mut snapshot = place.database.snapshot().await.unwrap();
    let reading = spawn_blocking(move || {
        snapshot.query("SELECT count(*) FROM app_list", &[]).unwrap();
        snapshot
    });
    let snapshot = reading.await.unwrap();
    let reading = spawn_blocking(move || {
        told.recv().unwrap();
        drop(snapshot);
    });
    (reading, go_on)
}

/// A dump, or the report of somebody who likes to know: on PostgreSQL it keeps a table from being replaced.
async fn r8_a_rebuild_waits_for_whoever_reads_for_long_and_nobody_else_does(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(15, 300).appends).await;
    place.catch_up().await;
    let (reader, go_on) = read_for_long(&place).await;
    let rebuilder = place.rebuilder();
    let rebuild = tokio::spawn(async move { rebuilder.rebuild(&AppList, &mut |_| {}).await });
    let read = async || bounded("a reader", place.value::<i64>("SELECT count(*) FROM app_list")).await;
    let (before, began) = (read().await, Instant::now());
    while began.elapsed() < Duration::from_secs(1) {
        assert_eq!(read().await, before);
        sleep(Duration::from_millis(10)).await;
    }
    assert!(kind == Kind::Sqlite || !rebuild.is_finished(), "the table is in use");
    go_on.send(()).unwrap();
    reader.await.unwrap();
    bounded("the rebuild", rebuild).await.unwrap().unwrap();
    assert_eq!(place.value::<i64>("SELECT max(generation) FROM projections WHERE name = 'app_list'").await, 2);
    assert_eq!(read().await, before);
}

async fn r8_readers_beside_a_rebuild_and_appends_never_see_an_empty_or_half_table(kind: Kind) {
    let place = Place::new(kind).await;
    let mut history = History::of(11, 1_500);
    place.append(&history.take()).await;
    let runner = place.run();
    for projection in all() {
        place.at_rest(projection).await;
    }
    let done = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for query in ONLY_GROW {
        let (database, done) = (place.database.clone(), Arc::clone(&done));
        let least = place.value::<i64>(query).await;
        assert!(least > 0, "{query}");
        readers.push((least, tokio::spawn(async move { watch(database, query, &done).await })));
    }
    // Each rebuilds all of them beside a few hundred writes.
    for round in 1..=races().div_ceil(25) {
        history.grow(1_500 + round * 200);
        let appends = history.take();
        let rebuilds = async {
            for projection in all() {
                place.rebuilder().rebuild(projection, &mut |_| {}).await.unwrap();
            }
        };
        bounded("rebuilds", async { tokio::join!(place.append(&appends), rebuilds) }).await;
    }
    for projection in all() {
        place.at_rest(projection).await;
    }
    done.store(true, Ordering::SeqCst);
    for (least, reader) in readers {
        let (last, answers) = reader.await.unwrap();
        assert!(last >= least && answers > 10, "{last} after {answers} answers, {least} at first");
    }
    runner.stop().await;
    let live = place.dump_all().await;
    for projection in all() {
        assert_eq!(place.rebuilder().verify(projection, &mut |_| {}).await.unwrap().difference, None);
        place.rebuilder().rebuild(projection, &mut |_| {}).await.unwrap();
    }
    assert_eq!(place.dump_all().await, live);
}

async fn two_rebuilds_of_one_projection_at_once_both_succeed(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(12, EVENTS).appends).await;
    place.catch_up().await;
    let live = place.dump_all().await;
    let (store, db) = place.second();
    // Many batches, of which each finds some that the other one wrote.
    let other = Rebuilder { batch: 70, ..Rebuilder::new(db, Arc::new(store), now) };
    for projection in all() {
        let own = Rebuilder { batch: 100, ..place.rebuilder() };
        let (mut left, mut right) = (|_| {}, |_| {});
        let (one, two) = bounded("rebuilds", async {
            tokio::join!(own.rebuild(projection, &mut left), other.rebuild(projection, &mut right))
        })
        .await;
        // The slower one finds its work done, or the tables that it shared swapped in and begun anew.
        assert!(one.is_ok() || two.is_ok(), "{one:?} {two:?}");
    }
    assert_eq!(place.dump_all().await, live);
}

async fn a_rebuild_that_others_are_always_ahead_of_ends(kind: Kind) {
    let place = Arc::new(Place::new(kind).await);
    let mut history = History::of(16, 1_500);
    place.append(&history.take()).await;
    place.catch_up().await;
    let (history, pages) = (Mutex::new(history), AtomicUsize::new(0));
    let feed = Arc::new(Overtaken { place: Arc::clone(&place), projection: &AppList, history, pages });
    let rebuilder = place.rebuilder_from(Arc::clone(&feed) as Arc<dyn EventFeed>);
    let mut progress = Vec::new();
    let done = bounded("the rebuild", rebuilder.rebuild(&AppList, &mut |p| progress.push(p.position))).await.unwrap();
    assert!(done.position >= 1_500 && progress.last() == Some(&done.position), "{done:?} {progress:?}");
    assert!(feed.pages.load(Ordering::SeqCst) < 5);
    assert_eq!(place.rebuilder().verify(&AppList, &mut |_| {}).await.unwrap().difference, None);
}

async fn a_plan_says_what_a_rebuild_would_read_and_what_room_its_tables_take(kind: Kind) {
    let place = Place::new(kind).await;
    let projection = named("app_history").unwrap();
    let empty = place.rebuilder().plan(projection).await.unwrap();
    assert_eq!((empty.from, empty.head, empty.live.rows), (0, 0, 0));
    place.append(&History::of(14, EVENTS).appends).await;
    place.catch_up().await;
    let (before, head) = (place.dump_all().await, place.store.head().await.unwrap());
    let plan = place.rebuilder().plan(projection).await.unwrap();
    let rows: usize = place.dump(projection).await.values().map(Vec::len).sum();
    assert_eq!((plan.from, plan.head, plan.live.rows), (0, head, rows as u64));
    // An event is an id, a time, an actor and more: no row of it fits into fewer bytes.
    assert!(plan.live.bytes > empty.live.bytes && plan.live.bytes > 100 * plan.live.rows, "{plan:?} after {empty:?}");
    match kind {
        Kind::Sqlite => assert!(plan.free.unwrap() > plan.needed(), "{plan:?}"),
        Kind::Postgres => assert_eq!((plan.free, plan.has_room()), (None, true)),
    }
    assert_eq!(place.dump_all().await, before);
    // Dropped behind its first batch; the next one may still be written.
    let (rebuilder, mut batches) = (place.rebuilder(), 0);
    let reached = Notify::new();
    let mut on_progress = |_| {
        batches += 1;
        reached.notify_one();
    };
    tokio::select! {
        biased;
        () = reached.notified() => {}
        done = rebuilder.rebuild(projection, &mut on_progress) => panic!("{done:?} of {head}"),
    }
    let plan = place.rebuilder().plan(projection).await.unwrap();
    assert!((1_000..head).contains(&plan.from) && plan.head == head, "{plan:?}");
}
