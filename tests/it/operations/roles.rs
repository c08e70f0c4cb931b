//! A server and the commands beside it, of the same version or of another one.

use routix::system::System;
use routix::wiring::{OpenError, Service, Stores};
use routix_domain::log::EventFeed;
use routix_projections::ReadError;
use routix_projections::projection::{all, named};
use routix_projections::read_db::State;
use routix_projections::runner::Runner;

use super::place::{Kind, Place, append_to, now, on_both};
use super::start::{House, READS_APPS, UNKNOWN_EVENT};
use crate::support::{PATIENCE, bounded};
use routix_test_history::History;

on_both! {
    a_command_that_does_not_know_an_event_has_trouble_of_its_own_and_stops_nobody,
}

const OTHER_VERSION: &str = "UPDATE projections SET version = version + 1 WHERE name = 'members'";

async fn command(house: &House) -> Result<Stores, OpenError> {
    bounded("the command", Stores::open_beside(&house.config, &System::real())).await
}

#[tokio::test]
async fn a_command_of_another_version_leaves_the_tables_of_a_running_server() {
    let house = House::new();
    let lock = Service::lock(&house.config).unwrap();
    let server = house.serve().await;
    append_to(&server.store, &History::of(93, 200).appends).await;
    house.database("read.db").execute_batch(OTHER_VERSION).unwrap();
    let before = server.read.status(&all()).await.unwrap()[2].clone().live.unwrap().number;
    let refused = command(&house).await.err();
    assert!(
        matches!(refused, Some(OpenError::Read(ReadError::OtherVersion { projection: "members", live: 2, wanted: 1 }))),
        "{refused:?}"
    );
    assert_eq!(server.read.status(&all()).await.unwrap()[2].clone().live.unwrap().number, before);
    server.runner.stop().await;
    drop(lock);

    // Without a server nobody misses the old tables.
    let alone = command(&house).await.unwrap();
    let live = alone.read.status(&all()).await.unwrap()[2].clone().live.unwrap();
    assert_eq!((live.version, live.position), (1, alone.feed.head().await.unwrap()));
    Service::lock(&house.config).unwrap();
    alone.runner.stop().await;
}

async fn a_command_that_does_not_know_an_event_has_trouble_of_its_own_and_stops_nobody(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(94, 200).appends).await;
    place.raw_log().execute_batch(UNKNOWN_EVENT).unwrap();
    let head = place.store.head().await.unwrap();
    let runner = Runner::start_beside(&place.db, &place.feed(), &all(), now);
    for projection in all() {
        let name = projection.name();
        let waited = bounded("an answer", runner.waiter().wait_for(&[name], head, PATIENCE)).await;
        let live = place.db.status(&[projection]).await.unwrap().remove(0).live.unwrap();
        assert_eq!((live.state, live.error), (State::Live, None), "{name}");
        if READS_APPS.contains(&name) {
            let expected = format!(
                "the projection '{name}' has stopped: the projection '{name}' stops at position {head}: \
                 unknown event type 'app.exploded' version '1'"
            );
            assert_eq!(waited.unwrap_err().to_string(), expected);
            assert_eq!(live.position, head - 1, "what came before it is applied");
        } else {
            assert_eq!((waited, live.position), (Ok(()), head), "{name}");
        }
    }
    runner.stop().await;
    // The server knows better, or stops by itself.
    let server = place.run();
    let stopped = bounded("an answer", server.waiter().wait_for(&["app_list"], head, PATIENCE)).await;
    assert!(stopped.is_err());
    assert_eq!(
        place.db.status(&[named("app_list").unwrap()]).await.unwrap().remove(0).live.unwrap().state,
        State::Stopped
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_in_another_process_leaves_the_server_its_files_and_is_heard_by_it() {
    let house = House::new();
    let server = house.serve().await;
    append_to(&server.store, &History::of(100, 50).appends).await;
    for command in ["pause", "resume"] {
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_routix"))
            .args(["projections", command, "members", "--data-dir"])
            .arg(&house.config.data_dir)
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
        for name in ["events.db-wal", "read.db-wal", "identity.db-wal"] {
            assert!(house.config.data_dir.join(name).exists(), "{name} was removed under the server");
        }
        let expected = if command == "pause" { State::Paused } else { State::Live };
        assert_eq!(server.read.status(&all()).await.unwrap()[2].clone().live.unwrap().state, expected);
    }
    server.runner.stop().await;
}
