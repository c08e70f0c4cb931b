//! Sealing, interrupted and in competition.

use std::sync::Arc;

use routix::evidence::Sealer;
use routix::store::sqlite::SqliteEventStore;
use routix_domain::log::SealStore;

use super::place::{Sealed, open};

fn on(store: &SqliteEventStore, place: &Sealed) -> Sealer {
    Sealer { feed: Arc::new(store.clone()), seals: Arc::new(store.seals()), ..place.sealer() }
}

#[tokio::test]
async fn what_was_not_sealed_before_a_crash_is_sealed_after_it() {
    let mut place = Sealed::new(11).await;
    place.grow(80).await;
    // The transaction of hashes and checkpoint is not there as a whole or not at all: nothing else can be found.
    let restarted = open(place.folder.path());
    on(&restarted, &place).seal_all().await.unwrap();
    let report = place.check(&[]).await.unwrap();
    assert_eq!((report.waiting, report.verified.size), (0, place.head().await));
}

#[tokio::test]
async fn sealing_a_long_log_tells_how_far_it_is() {
    let mut place = Sealed::of(16, &[]).await;
    place.grow(2_500).await;
    let (head, mut told) = (place.head().await, Vec::new());
    place.sealer().seal_all_telling(&mut |at, of| told.push((at, of))).await.unwrap();
    assert_eq!(told, [(1_000, head), (2_000, head), (head, head)]);
    told.clear();
    place.sealer().seal_all_telling(&mut |at, of| told.push((at, of))).await.unwrap();
    assert_eq!(told, [], "there was nothing to do");
}

#[tokio::test]
async fn hashes_without_their_checkpoint_cannot_be_written() {
    let mut place = Sealed::new(12).await;
    place.grow(70).await;
    let before = place.store.seals().sealed().await.unwrap();
    let hashes = place.store.seals().hashes_after(before.position() - 1, 1).await.unwrap();
    let checkpoint = before.newest.clone().unwrap();
    // The index is taken and the size too: all of it is refused.
    assert!(!place.store.seals().seal(hashes, checkpoint, &before.frontier).await.unwrap());
    assert_eq!(place.store.seals().sealed().await.unwrap().newest, before.newest);
    place.sealer().seal_all().await.unwrap();
    place.check(&[]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sealers_at_once_seal_every_event_once() {
    let mut place = Sealed::new(13).await;
    let other = open(place.folder.path());
    for size in (70..160).step_by(10) {
        place.grow(size).await;
        let (one, two) = (place.sealer(), on(&other, &place));
        let (one, two) = tokio::join!(one.seal_all(), two.seal_all());
        assert_eq!(one.unwrap().position(), two.unwrap().position());
    }
    let report = place.check(&[]).await.unwrap();
    assert_eq!((report.waiting, report.verified.size), (0, place.head().await));
}
