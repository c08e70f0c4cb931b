//! Cuts, and a control: a disk that keeps nothing must be noticed, or the test could not fail.

use routix_test_ledger::{Crowd, Dice, Fault, Kind, Ledger, Person, number, tally};
use tempfile::TempDir;

use crate::disk::Disk;
use crate::guest::{Guest, Model, Sync};
use crate::site::Site;

const CUTS: u64 = 30;
const PEOPLE: usize = 32;
/// So many commands are closed before a cut, at least and at most.
const LIFE: (u64, u64) = (20, 220);

/// A site on a disk of its own, and people who work there.
struct Place {
    site: Site,
    disk: Disk,
    person: Person,
    crowd: Crowd,
    dice: Dice,
    _ledger: TempDir,
}

impl Place {
    async fn new(seed: u64) -> Self {
        let (site, ledger, mut dice) = (Site::new(None), tempfile::tempdir().unwrap(), Dice::seeded(seed));
        let server = site.serve();
        let person = site.person(&server).await;
        server.stop();
        let crowd = Crowd::new(PEOPLE, &person, Ledger::new(ledger.path()), &mut dice);
        Self { disk: Disk::holding(site.folder()), site, person, crowd, dice, _ledger: ledger }
    }

    /// Lets them work at a guest, and cuts its power.
    async fn cut(&mut self, guest: Guest) {
        self.crowd.go_to(&guest.host);
        let (least, most) = LIFE;
        self.crowd.goes_on(least + self.dice.below(most - least)).await;
        drop(guest);
        self.disk.read_into(self.site.folder());
    }

    /// Whether the disk has kept less than what was acknowledged, whatever is left of it.
    async fn has_lost(self) -> bool {
        if ["events", "projections"].iter().any(|what| self.site.routix(&[what, "verify"]).code != Some(0)) {
            return true;
        }
        let (last, lines) = (self.site.serve(), self.crowd.go_home().await);
        !self.site.faults(&lines, (&self.person, &last)).await.is_empty()
    }

    /// What is wrong with what the disk has kept after all that could not be known of it was asked for again.
    async fn faults(self) -> Vec<Fault> {
        let last = self.site.serve();
        let lines = self.crowd.settle(&last.host).await;
        // A load without one of them, or cuts that nobody noticed, would show nothing.
        let (acknowledged, unknown) = tally(&lines);
        assert!(
            Kind::ALL.iter().all(|kind| acknowledged.contains_key(kind)) && unknown > 0,
            "{acknowledged:?} {unknown}"
        );
        let faults = self.site.faults(&lines, (&self.person, &last)).await;
        self.site.verify();
        last.stop();
        faults
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f4_a_machine_whose_power_is_cut_under_many_writers_loses_and_doubles_nothing() {
    let seed = number("ROUTIX_TEST_SEED", 17);
    let (model, mut place) = (Model::new(), Place::new(seed).await);
    for _ in 0..number("ROUTIX_TEST_CUTS", CUTS) {
        let guest = model.start(&place.disk, &place.site, Sync::Kept);
        place.cut(guest).await;
        place.site.verify();
    }
    assert_eq!(place.faults().await, [], "seed {seed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f4_a_disk_that_keeps_nothing_is_noticed() {
    let (model, mut place) = (Model::new(), Place::new(number("ROUTIX_TEST_SEED", 17)).await);
    let guest = model.start(&place.disk, &place.site, Sync::Ignored);
    place.cut(guest).await;
    assert!(place.has_lost().await, "nothing was lost");
}
