//! Rebuilds of everything beside 200 writes a second, and readers who see the old tables or the new ones, and never none.
//!
//! `ROUTIX_TEST_EVENTS` is how long the log is at first (1000000 for the long campaign), `ROUTIX_TEST_SEED` its seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use routix_domain::log::EventFeed;
use routix_projections::projection::all;
use tokio::time::interval;

use super::place::{Kind, Place, on_both};
use super::rebuild::{ONLY_GROW, watch};
use crate::support::number;
use routix_test_history::History;

on_both! {
    r8_a_rebuild_beside_writes_comes_to_its_end_and_readers_see_the_old_tables_or_the_new_ones,
}

const EVENTS: u64 = 5_000;
/// From one write to the next.
const PACE: Duration = Duration::from_millis(5);

/// Writes on, one append at a time, and returns how many it wrote.
async fn write(place: &Place, history: &mut History, done: &AtomicBool) -> usize {
    let (mut ticks, mut written) = (interval(PACE), 0);
    while !done.load(Ordering::SeqCst) {
        ticks.tick().await;
        history.grow(history.events + 1);
        let appends = history.take();
        written += appends.len();
        place.append(&appends).await;
    }
    written
}

async fn r8_a_rebuild_beside_writes_comes_to_its_end_and_readers_see_the_old_tables_or_the_new_ones(kind: Kind) {
    let place = Place::new(kind).await;
    let events = usize::try_from(number("ROUTIX_TEST_EVENTS", EVENTS)).unwrap();
    let mut history = History::of(number("ROUTIX_TEST_SEED", 13), events);
    place.append(&history.take()).await;
    place.catch_up().await;
    let (runner, begun) = (place.run(), place.store.head().await.unwrap());
    let done = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for query in ONLY_GROW {
        let (database, done) = (place.database.clone(), Arc::clone(&done));
        let least = place.value::<i64>(query).await;
        assert!(least > 0, "{query}");
        readers.push((query, least, tokio::spawn(async move { watch(database, query, &done).await })));
    }
    let rebuilds = async {
        let mut reached = Vec::new();
        for projection in all() {
            reached.push(place.rebuilder().rebuild(projection, &mut |_| {}).await.unwrap().position);
        }
        done.store(true, Ordering::SeqCst);
        reached
    };
    let (written, reached) = tokio::join!(write(&place, &mut history, &done), rebuilds);
    for (query, least, reader) in readers {
        let (last, answers) = reader.await.unwrap();
        assert!(last >= least && answers > 10, "{query}: {last} after {answers} answers, {least} at first");
    }
    assert!(written > 0 && reached.iter().all(|position| *position >= begun), "{written} {begun} {reached:?}");
    for projection in all() {
        place.at_rest(projection).await;
    }
    runner.stop().await;
    for projection in all() {
        let verified = place.rebuilder().verify(projection, &mut |_| {}).await.unwrap();
        let head = place.store.head().await.unwrap();
        assert_eq!((verified.difference, verified.position), (None, head), "{}", projection.name());
    }
}
