//! A log that was restored from an older backup is shorter than what its read models hold.

use routix::store::sqlite::SqliteEventStore;
use routix::system::System;
use routix_domain::log::EventFeed;
use routix_projections::projection::all;
use routix_projections::rebuild::Rebuilder;
use routix_projections::runner::{NotReached, Runner};
use std::sync::Arc;

use super::history::History;
use super::place::{Place, now};
use crate::support::{PATIENCE, bounded};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_models_ahead_of_the_log_say_so_and_a_rebuild_brings_them_back() {
    let place = Place::new().await;
    let mut history = History::of(61, 400);
    place.append(&history.take()).await;
    place.catch_up().await;
    let (expected, head) = (place.dump_all(), place.store.head().await.unwrap());
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("events.db");
    place.raw_log().execute("VACUUM INTO ?1", [backup.to_str().unwrap()]).unwrap();
    history.grow(500);
    place.append(&history.take()).await;
    place.catch_up().await;
    let ahead = place.store.head().await.unwrap();
    assert_ne!(place.dump_all(), expected);

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
    let rebuilder = Rebuilder { db: place.db.clone(), feed: restored, now };
    for projection in all() {
        let mut on_progress = |_| {};
        let done = bounded("the rebuild", rebuilder.rebuild(projection, &mut on_progress)).await.unwrap();
        assert_eq!((done.position, place.db.position(projection).await.unwrap()), (head, head));
    }
    assert_eq!(place.dump_all(), expected);
    for projection in all() {
        // The runner, too, finds its way back.
        crate::support::until("the runner", async || {
            runner.waiter().wait_for(&[projection.name()], head, PATIENCE).await == Ok(())
        })
        .await;
    }
    runner.stop().await;
}
