//! Random single changes of the live file, behind the triggers' back: each is found, and where it was made.
//!
//! `ROUTIX_TEST_CHANGES` is how many (10000 for the long campaign), `ROUTIX_TEST_SEED` with which seed the first log begins.

use std::fs;
use std::path::Path;

use routix::evidence::Kept;
use routix::keys::KeyRing;
use routix_domain::evidence::NoteSigner;
use routix_domain::log::{EventFeed, EventHash, RecordedEvent, SealStore, StoredCheckpoint};
use rusqlite::Connection;

use super::changes::Victim;
use super::place::{Sealed, check, open};
use crate::support::{Dice, number};

const CHANGES: u64 = 300;
/// As many changes are made to copies of one log.
const PER_LOG: u64 = 30;

/// A log of some hundred events, sealed at random sizes, and all that is stored of it.
struct Base {
    place: Sealed,
    events: Vec<RecordedEvent>,
    hashes: Vec<EventHash>,
    checkpoints: Vec<StoredCheckpoint>,
    signer: NoteSigner,
}

impl Base {
    async fn of(seed: u64) -> Self {
        let mut dice = Dice::seeded(seed);
        let mut sizes = vec![20];
        while sizes.last().is_some_and(|size| *size < 200) {
            sizes.push(sizes[sizes.len() - 1] + 1 + usize::try_from(dice.below(60)).unwrap());
        }
        let place = Sealed::of(seed, &sizes).await;
        Self {
            events: place.store.read_after(0, 10_000).await.unwrap().events,
            hashes: place.store.seals().hashes_after(0, 10_000).await.unwrap(),
            checkpoints: place.store.seals().checkpoints_after(0, 10_000).await.unwrap(),
            signer: KeyRing::open(&place.keys()).unwrap().current().checkpoint_signer().unwrap(),
            place,
        }
    }

    fn copied(&self, file: &Path, folder: &Path) -> Victim<'_> {
        let copy = folder.join("events.db");
        fs::copy(file, &copy).unwrap();
        Victim {
            events: &self.events,
            hashes: &self.hashes,
            checkpoints: &self.checkpoints,
            signer: &self.signer,
            file: Connection::open(copy).unwrap(),
            store: open(folder),
        }
    }

    /// Plays changes, each on a copy of its own, and tells which were not found in their place.
    async fn play(&self, seeds: impl Iterator<Item = u64>) -> Vec<String> {
        let mut missed = Vec::new();
        let (file, kept): (_, Kept) = (self.place.unguarded(), self.place.kept(&[]));
        let folder = tempfile::tempdir().unwrap();
        let clean = check(&self.copied(&file, folder.path()).store, &kept).await.unwrap();
        assert_eq!((clean.verified.size, clean.waiting), (self.hashes.len() as u64, 0));
        for seed in seeds {
            let folder = tempfile::tempdir().unwrap();
            let victim = self.copied(&file, folder.path());
            let (what, expected) = victim.change(&mut Dice::seeded(seed)).await;
            match check(&victim.store, &kept).await {
                Err(wrong) if expected.is_met_by(&wrong) => {}
                Err(wrong) => missed.push(format!("seed {seed}, {what}: {wrong}, {:?}", wrong.span())),
                Ok(report) => missed.push(format!("seed {seed}, {what}: not found, {report:?}")),
            }
        }
        missed
    }
}

#[tokio::test]
async fn every_change_of_the_live_file_is_found_where_it_was_made() {
    let (changes, first) = (number("ROUTIX_TEST_CHANGES", CHANGES), number("ROUTIX_TEST_SEED", 1));
    let mut missed = Vec::new();
    for log in (0..changes).step_by(usize::try_from(PER_LOG).unwrap()) {
        let seed = first + log;
        missed.extend(Base::of(seed).await.play(seed..first + changes.min(log + PER_LOG)).await);
    }
    assert!(missed.is_empty(), "{} of {changes}:\n{}", missed.len(), missed.join("\n"));
}
