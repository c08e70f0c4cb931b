//! The sealer beside a log that grows, and what it says when the evidence was touched.

use std::sync::Arc;

use routix::evidence::{SealError, Sealer};
use routix::keys::{KeyRing, Origin};
use routix::system::System;
use routix_domain::evidence::{Item, Trust, Verifier};
use routix_domain::log::{EventFeed, SealStore};
use tempfile::TempDir;

use super::place::{Kind, Place};
use routix_test_history::History;

/// A sealer with a key of its own. The folder is kept as long as its keys are read.
fn sealer(place: &Place) -> (Sealer, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    KeyRing::draft(folder.path(), &System::real(), Some(Origin::Production)).unwrap().write(folder.path()).unwrap();
    let keys = KeyRing::open(folder.path()).unwrap();
    let store = Arc::new(place.store.clone());
    (Sealer { feed: store.clone(), seals: Arc::new(store.seals()), keys, system: System::real() }, folder)
}

/// Checks everything that is sealed, with the sealer's own key.
async fn verify(place: &Place, sealer: &Sealer) -> u64 {
    let checkpoints = place.store.seals().checkpoints_after(0, usize::MAX).await.unwrap();
    let origin = checkpoints[0].note.lines().next().unwrap().to_owned();
    let keys = vec![sealer.keys.current().checkpoint_signer().unwrap().verifier().clone()];
    let notes = checkpoints.iter().map(|checkpoint| checkpoint.note.as_str());
    let mut verifier = Verifier::new(&Trust { origin, keys }, notes);
    let events = place.store.read_after(0, usize::MAX).await.unwrap().events;
    let hashes = place.store.seals().hashes_after(0, usize::MAX).await.unwrap();
    for (event, hash) in events.into_iter().zip(hashes) {
        assert_eq!(event.position, hash.position);
        verifier.feed(&Item { index: hash.index, leaf: hash.leaf, chain: hash.chain, event });
    }
    verifier.finish().unwrap().require_sealed().unwrap().size
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sealed_in_parts_and_by_two_at_once_is_one_tree() {
    let place = Place::new(Kind::Sqlite).await;
    let (sealer, _keys) = sealer(&place);
    let mut history = History::of(71, 1_500);
    place.append(&history.take()).await;
    let (one, other) = futures_util::future::join(sealer.seal_all(), sealer.seal_all()).await;
    assert_eq!(one.unwrap().position(), other.unwrap().position());
    history.grow(2_600);
    place.append(&history.take()).await;
    let sealed = sealer.seal_all().await.unwrap();
    assert_eq!(sealed.position(), place.store.head().await.unwrap());
    let again = sealer.seal_all().await.unwrap();
    assert_eq!(again.newest, sealed.newest, "nothing new, no new checkpoint");
    assert_eq!(verify(&place, &sealer).await, sealed.frontier.size());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tree_that_was_changed_beside_its_checkpoint_is_not_signed_over() {
    let place = Place::new(Kind::Sqlite).await;
    let (sealer, _keys) = sealer(&place);
    let mut history = History::of(73, 200);
    place.append(&history.take()).await;
    let sealed = sealer.seal_all().await.unwrap();
    let mut frontier = sealed.frontier.to_bytes();
    *frontier.last_mut().unwrap() ^= 1;
    let log = place.raw_log();
    log.execute_batch("DROP TRIGGER checkpoints_no_update").unwrap();
    assert_eq!(log.execute("UPDATE checkpoints SET frontier = ?1", [frontier]).unwrap(), 1);
    history.grow(300);
    place.append(&history.take()).await;
    let stuck = sealer.seal_all().await;
    assert!(matches!(stuck, Err(SealError::Stuck(position)) if position == sealed.position()), "{stuck:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_that_lost_its_newest_checkpoint_is_not_gone_over_in_silence() {
    let place = Place::new(Kind::Sqlite).await;
    let (sealer, _keys) = sealer(&place);
    let mut history = History::of(72, 200);
    place.append(&history.take()).await;
    sealer.seal_all().await.unwrap();
    history.grow(300);
    place.append(&history.take()).await;
    let before = place.store.seals().sealed().await.unwrap().position();
    sealer.seal_all().await.unwrap();
    let log = place.raw_log();
    log.execute_batch("DROP TRIGGER checkpoints_no_delete").unwrap();
    assert_eq!(log.execute("DELETE FROM checkpoints WHERE position > ?1", [before]).unwrap(), 1);
    let stuck = sealer.seal_all().await;
    assert!(matches!(stuck, Err(SealError::Stuck(position)) if position == before), "{stuck:?}");
}
