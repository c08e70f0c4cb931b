//! F1: the program is killed at any moment, again and again, while many people send it commands.
//!
//! `ROUTIX_TEST_KILLS` is how often on each store, and `ROUTIX_TEST_SEED` the seed of the people and of the moments.

use routix_test_ledger::{Crowd, Kind, Ledger, tally};
use routix_test_postgres::Scratch;

use super::site::Site;
use crate::support::{Dice, number};

const KILLS: u64 = 25;
const PEOPLE: usize = 32;
/// So many commands are closed at most before the next kill.
const LIFE: u64 = 200;

async fn loses_and_doubles_nothing(site: Site) {
    let seed = number("ROUTIX_TEST_SEED", 17);
    let mut dice = Dice::seeded(seed);
    let first = site.serve();
    let person = site.person(&first).await;
    let crowd = Crowd::new(PEOPLE, &person, Ledger::new(site.folder()), &mut dice);
    let mut serving = Some(first);
    for _ in 0..number("ROUTIX_TEST_KILLS", KILLS) {
        let server = serving.take().unwrap_or_else(|| site.serve());
        crowd.go_to(&server.host);
        crowd.goes_on(dice.below(LIFE)).await;
        server.kill();
        site.verify();
    }
    let last = site.serve();
    let lines = crowd.settle(&last.host).await;
    // A load without one of them, or kills that nobody noticed, would show nothing.
    let (acknowledged, unknown) = tally(&lines);
    assert!(Kind::ALL.iter().all(|kind| acknowledged.contains_key(kind)) && unknown > 0, "{acknowledged:?} {unknown}");
    assert_eq!(site.faults(&lines, (&person, &last)).await, [], "seed {seed}");
    site.verify();
    last.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f1_a_server_that_is_killed_under_many_writers_loses_and_doubles_nothing_on_sqlite() {
    loses_and_doubles_nothing(Site::new(None)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f1_a_server_that_is_killed_under_many_writers_loses_and_doubles_nothing_on_postgresql() {
    let scratch = Scratch::new();
    loses_and_doubles_nothing(Site::new(Some(scratch.url()))).await;
}
