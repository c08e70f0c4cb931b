//! `/readyz` says no, and why, whenever a projection does not follow the log or the log takes no appends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use routix::store::EventStore;
use routix::system::{Clock, System};
use routix::wiring::Stores;
use routix_domain::log::{EventFeed, Fact, RecordedEvent};
use routix_projections::branches::Branches;
use routix_projections::members::Members;
use routix_projections::projection::Projection;
use routix_projections::rows::{ApplyError, RowKey, Rows};
use routix_projections::runner::Runner;
use routix_projections::table::Table;
use serde_json::Value;

use super::place::{Kind, Place, append_to, now, on_both};
use super::start::{House, of, readyz};
use crate::support::{NoRandom, PATIENCE, bounded, until};
use routix_test_history::History;

on_both! {
    a_projection_that_panics_is_in_trouble_and_the_others_go_on,
}

/// Spoils something, and returns the reason once the server is not ready. `state` is what the tables alone say.
async fn reason(state: &str, spoil: impl AsyncFnOnce(&House, &Stores)) -> String {
    let house = House::new();
    let server = house.serve().await;
    let mut history = History::of(97, 200);
    append_to(&server.store, &history.take()).await;
    let head = server.feed.head().await.unwrap();
    let names = ["token_validation", "branches", "members", "app_list", "app_history"];
    bounded("the projections", server.runner.waiter().wait_for(&names, head, PATIENCE)).await.unwrap();
    assert_eq!(readyz(&server).await.0, StatusCode::OK);
    spoil(&house, &server).await;
    history.grow(1_200);
    append_to(&server.store, &history.take()).await;
    // What spoils the log spoils every projection, each in its own time: the first to say so need not be this one.
    let said = async || of(&readyz(&server).await.1, "members")["last_error"].is_string();
    until("the reason", said).await;
    let (status, body) = readyz(&server).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    server.runner.stop().await;
    assert_eq!(of(&body, "members")["state"], state);
    of(&body, "members")["last_error"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_of_another_version_are_a_reason() {
    let spoil = async |house: &House, _: &Stores| {
        house.database("read.db").execute_batch("UPDATE projections SET version = 9 WHERE name = 'members'").unwrap();
    };
    assert_eq!(
        reason("live", spoil).await,
        "the tables of 'members' are of version 9 and this routix writes version 1; rebuild them"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_cannot_be_read_is_a_reason() {
    let spoil = async |house: &House, _: &Stores| {
        let insert = "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
            metadata, recorded_at) VALUES ('other', 'x', 1, 'x', '1', CAST(x'ff' AS TEXT), '{}', 0)";
        house.database("events.db").execute_batch(insert).unwrap();
    };
    let reason = reason("live", spoil).await;
    assert!(reason.starts_with("the log cannot be read: the event at position "), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_cannot_be_read_is_a_reason() {
    let spoil = async |house: &House, server: &Stores| {
        let live = server.read.status(&[&Members]).await.unwrap().remove(0).live.unwrap();
        assert_eq!(live.number, 1);
        house.database("read.db").execute_batch("UPDATE members__1 SET role = 'emperor'").unwrap();
    };
    let reason = reason("stopped", spoil).await;
    assert!(reason.contains("column 'role' of 'members' holds a value that does not fit its type"), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_takes_no_writes_is_a_reason() {
    let spoil = async |house: &House, _: &Stores| {
        // As a full disk: reading works and writing does not.
        let full = "CREATE TRIGGER full BEFORE UPDATE ON projections WHEN NEW.name = 'members'
                    BEGIN SELECT raise(ABORT, 'database or disk is full'); END";
        house.database("read.db").execute_batch(full).unwrap();
    };
    // What the database says of itself is for the log of the program.
    assert_eq!(reason("live", spoil).await, "the read models do not answer");
}

struct BrokenClock(AtomicBool);

impl Clock for BrokenClock {
    fn now(&self) -> DateTime<Utc> {
        assert!(!self.0.load(Ordering::SeqCst), "the clock broke, as this test wants");
        DateTime::UNIX_EPOCH
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_whose_writer_is_gone_is_a_reason() {
    let house = House::new();
    let clock = Arc::new(BrokenClock(AtomicBool::new(false)));
    let system = System::new(clock.clone(), Arc::new(NoRandom));
    let server = bounded("the server", Stores::open(&house.config, &system)).await.unwrap();
    let ready = readyz(&server).await;
    assert_eq!((ready.0, &ready.1["event_store"]), (StatusCode::OK, &"ok".into()));
    clock.0.store(true, Ordering::SeqCst);
    bounded("the refusal", dies(&server.store)).await;
    let (status, body) = readyz(&server).await;
    assert_eq!((status, &body["event_store"]), (StatusCode::SERVICE_UNAVAILABLE, &"its writer has stopped".into()));
    assert_eq!(of(&body, "members")["last_error"], Value::Null);
    server.runner.stop().await;
}

/// Appends to a log whose writer does not survive it.
async fn dies(store: &EventStore) {
    use cqrs_es::persist::PersistedEventRepository as _;
    let events = History::of(98, 1).appends.remove(0);
    assert!(store.persist::<routix_domain::reservation::Reservation>(&events, None).await.is_err());
    until("the end of the writer", async || !store.takes_appends()).await;
}

/// `members` with a fault in its code.
struct Panicking;

impl Projection for Panicking {
    fn name(&self) -> &'static str {
        Members.name()
    }

    fn version(&self) -> u32 {
        Members.version()
    }

    fn tables(&self) -> &'static [Table] {
        Members.tables()
    }

    fn reads(&self) -> &'static [&'static str] {
        Members.reads()
    }

    fn keys(&self, _fact: &Fact) -> Vec<RowKey> {
        Vec::new()
    }

    fn apply(&self, event: &RecordedEvent, _fact: &Fact, _rows: &mut Rows) -> Result<(), ApplyError> {
        panic!("as this test wants, at {}", event.sequence)
    }
}

async fn a_projection_that_panics_is_in_trouble_and_the_others_go_on(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(99, 50).appends).await;
    let head = place.store.head().await.unwrap();
    let runner = Runner::start(&place.db, &place.feed(), &[&Panicking, &Branches], now);
    let waiter = runner.waiter();
    let waited = waiter.wait_for(&["members"], head, PATIENCE);
    let error = bounded("the trouble", waited).await.unwrap_err().to_string();
    assert_eq!(error, "the projection 'members' has stopped: a projection panicked: as this test wants, at 1");
    let others = waiter.wait_for(&["branches"], head, PATIENCE);
    assert_eq!(bounded("the others", others).await, Ok(()));
    runner.stop().await;
}
