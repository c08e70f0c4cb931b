//! Writers beside writers and readers beside both: nothing is lost, nothing comes twice.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use cqrs_es::persist::{PersistedEventRepository, PersistenceError};
use routix::system::System;
use routix_domain::log::{EventFeed, RecordedEvent};
use serde_json::json;
use tokio::task::JoinSet;

use super::StoreUnderTest;
use super::place::{Stream, append, event_of, log, sequences};
use crate::support::{Dice, bounded, until};

const WRITERS: u64 = 16;
const EVENTS: usize = 20_000;
const STREAMS: u64 = 40;

/// Appends to streams that others append to as well, until the log is long enough. Returns what it wrote and how often it
/// lost a race.
async fn contend<S: PersistedEventRepository>(
    store: S,
    seed: u64,
    left: Arc<AtomicUsize>,
) -> (Vec<(String, usize)>, usize) {
    let mut dice = Dice::seeded(seed);
    let (mut written, mut conflicts) = (Vec::new(), 0);
    while left.load(Ordering::SeqCst) > 0 {
        let id = format!("shared-{}", dice.below(STREAMS));
        let after = sequences(&store, &id).await.len();
        let count = 1 + usize::try_from(dice.below(12)).unwrap();
        let events: Vec<_> =
            (1..=count).map(|next| event_of::<Stream>(&id, after + next, json!({ "by": seed }))).collect();
        match store.persist::<Stream>(&events, None).await {
            Ok(()) => {
                written.extend((1..=count).map(|next| (id.clone(), after + next)));
                let _ = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.saturating_sub(count)));
            }
            Err(PersistenceError::OptimisticLockError) => conflicts += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    (written, conflicts)
}

/// Reads in pages of changing size until `done`, and once more to the head.
async fn follow(feed: Arc<dyn EventFeed>, done: Arc<AtomicBool>) -> Vec<RecordedEvent> {
    let (mut delivered, mut position) = (Vec::new(), 0);
    loop {
        let last_look = done.load(Ordering::SeqCst);
        let page = feed.read_after(position, 1 + delivered.len() % 97).await.unwrap();
        assert!(page.next >= position && page.head >= page.events.last().map_or(0, |event| event.position));
        position = page.next;
        let empty = page.events.is_empty();
        delivered.extend(page.events);
        if empty && last_look {
            return delivered;
        }
        if empty {
            feed.wait(position).await;
        }
    }
}

/// Dense streams, each event once, positions that grow.
fn assert_whole(events: &[RecordedEvent]) {
    assert!(events.windows(2).all(|pair| pair[0].position < pair[1].position), "positions grow");
    let mut streams: BTreeMap<&str, u64> = BTreeMap::new();
    for event in events {
        let sequence = streams.entry(&event.aggregate_id).or_default();
        *sequence += 1;
        assert_eq!(event.sequence, *sequence, "{} at {}", event.aggregate_id, event.position);
    }
}

pub(crate) async fn a_reader_beside_sixteen_writers_misses_nothing<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    let left = Arc::new(AtomicUsize::new(EVENTS));
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(follow(Arc::new(store.clone()), Arc::clone(&done)));
    let mut writers = JoinSet::new();
    for seed in 0..WRITERS {
        let (store, left) = (store.clone(), Arc::clone(&left));
        writers.spawn(async move { contend(store, seed, left).await });
    }
    let (mut written, mut conflicts) = (HashSet::new(), 0);
    while let Some(finished) = bounded("a writer", writers.join_next()).await {
        let (events, lost) = finished.unwrap();
        conflicts += lost;
        for event in events {
            assert!(written.insert(event.clone()), "{event:?} was written twice");
        }
    }
    done.store(true, Ordering::SeqCst);
    let delivered = bounded("the reader", reader).await.unwrap();
    assert!(written.len() >= EVENTS && conflicts > 0, "{} events, {conflicts} conflicts", written.len());
    assert_eq!(delivered, log(&store).await);
    assert_whole(&delivered);
    let seen: HashSet<_> =
        delivered.into_iter().map(|event| (event.aggregate_id, usize::try_from(event.sequence).unwrap())).collect();
    assert_eq!(seen, written);
}

pub(crate) async fn two_stores_on_one_log_lose_nothing<F: StoreUnderTest>() {
    let place = F::fresh();
    let stores = [place.open(&System::real()), place.open(&System::real())];
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> =
        stores.iter().map(|store| tokio::spawn(follow(Arc::new(store.clone()), Arc::clone(&done)))).collect();
    let mut writers = JoinSet::new();
    for writer in 0..8_usize {
        let store = stores[writer % 2].clone();
        writers.spawn(async move {
            let mut lost = 0;
            for number in 1..=100 {
                append(&store, &format!("own-{writer}"), [number]).await.unwrap();
                // Both stores want the same place of this stream.
                let place = sequences(&store, "shared").await.len() + 1;
                lost += usize::from(append(&store, "shared", [place]).await.is_err());
            }
            lost
        });
    }
    let mut lost = 0;
    while let Some(finished) = bounded("a writer", writers.join_next()).await {
        lost += finished.unwrap();
    }
    let events = log(&stores[0]).await;
    assert_eq!(events.len(), 800 + 800 - lost);
    assert_whole(&events);
    assert_eq!(log(&stores[1]).await, events);
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        assert_eq!(bounded("a reader", reader).await.unwrap(), events);
    }
    // What one wrote, the other one hears of.
    let head = stores[1].head().await.unwrap();
    append(&stores[0], "last", [1]).await.unwrap();
    until("the other store's append", async || {
        stores[1].wait(head).await;
        stores[1].head().await.unwrap() > head
    })
    .await;
}

pub(crate) async fn a_log_that_is_opened_twice_at_once_is_whole<F: StoreUnderTest>() {
    for round in 0..30 {
        let place = F::fresh();
        let stores: Vec<F::Store> = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..4).map(|_| scope.spawn(|| place.open(&System::real()))).collect();
            openers.into_iter().map(|opener| opener.join().unwrap()).collect()
        });
        for (number, store) in stores.iter().enumerate() {
            append(store, &format!("s-{number}"), [1]).await.unwrap();
        }
        assert_eq!(log(&stores[0]).await.len(), 4, "round {round}");
    }
}
