//! The server of the database crashes and comes back.

use super::house::House;
use super::ledger::Load;
use crate::support::{number, until};

const CRASHES: u64 = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f5_a_database_that_crashes_under_load_loses_nothing_that_was_answered_and_nobody_has_to_help() {
    let house = House::alone().await;
    let server = house.serve();
    let owner = house.owner(&server).await;
    let load = Load::begin(&owner).await;
    for _ in 0..number("ROUTIX_TEST_ROUNDS", CRASHES) {
        load.goes_on(20).await;
        house.cluster().stop();
        load.is_refused(100).await;
        assert_eq!(owner.look("/healthz").await.status, 200);
        let ready = owner.look("/readyz").await;
        assert_eq!(ready.status, 503);
        ready.says_nothing_of_the_database();
        house.cluster().start();
        load.goes_on(20).await;
        until("the server is ready", async || owner.look("/readyz").await.status == 200).await;
    }
    load.settle().await;
    house.verify();
    let ran = server.stop();
    assert!(!ran.stderr.contains("panicked") && !ran.stderr.contains("the-password"), "{}", ran.stderr);
}
