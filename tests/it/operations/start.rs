//! A server that starts answers rightly from its first request on, whatever became of its read models.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use routix::config::Config;
use routix::system::System;
use routix::wiring::Stores;
use routix_projections::projection::all;
use routix_projections::read_db::State;
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::place::append_to;
use crate::support::bounded;
use routix_test_history::History;

/// A data directory, as servers and commands open it.
pub(super) struct House {
    folder: TempDir,
    pub(super) config: Config,
}

impl House {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        Self { folder, config }
    }

    pub(super) async fn serve(&self) -> Stores {
        bounded("the server", Stores::open(&self.config, &System::real())).await.unwrap()
    }

    pub(super) fn database(&self, name: &str) -> Connection {
        Connection::open(self.folder.path().join(name)).unwrap()
    }

    /// Puts a backup of one database where another house will look for it.
    pub(super) fn back_up(&self, name: &str, to: &Self) {
        let copy = to.folder.path().join(name);
        self.database(name).execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    }

    fn lose_read_models(&self) {
        for name in ["read.db", "read.db-wal", "read.db-shm"] {
            // Not every one of them is there.
            let _gone = std::fs::remove_file(self.folder.path().join(name));
        }
    }
}

/// What `/readyz` answers.
pub(super) async fn readyz(stores: &Stores) -> (StatusCode, Value) {
    let request = Request::get("/readyz").body(Body::empty()).unwrap();
    let answer = routix::operate::router(stores.health().into()).oneshot(request).await.unwrap();
    let status = answer.status();
    (status, serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap())
}

/// One projection of what `/readyz` answers.
pub(super) fn of<'a>(body: &'a Value, name: &str) -> &'a Value {
    body["projections"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()
}

#[tokio::test]
async fn a_server_without_read_models_has_them_when_it_is_open() {
    let house = House::new();
    let stores = house.serve().await;
    append_to(&stores.store, &History::of(91, 2_500).appends).await;
    let head = stores.feed.head().await.unwrap();
    stores.runner.stop().await;
    house.lose_read_models();

    let stores = house.serve().await;
    for status in stores.read.status(&all()).await.unwrap() {
        assert_eq!(status.live.map(|live| live.position), Some(head), "{}", status.name);
    }
    assert_eq!(readyz(&stores).await.0, StatusCode::OK);
    stores.runner.stop().await;
}

#[tokio::test]
async fn a_stopped_projection_does_not_keep_the_server_from_starting_but_from_being_ready() {
    let house = House::new();
    let stores = house.serve().await;
    append_to(&stores.store, &History::of(92, 300).appends).await;
    stores.runner.stop().await;
    house.database("events.db").execute_batch(UNKNOWN_EVENT).unwrap();

    let stores = house.serve().await;
    let head = stores.feed.head().await.unwrap();
    for status in stores.read.status(&all()).await.unwrap() {
        let live = status.live.unwrap();
        let expected = if READS_APPS.contains(&status.name) { State::Stopped } else { State::Live };
        assert_eq!(live.state, expected, "{}", status.name);
        assert_eq!(live.position, if expected == State::Live { head } else { head - 1 }, "{}", status.name);
    }
    let (status, body) = readyz(&stores).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let stopped = of(&body, "app_list");
    assert_eq!(stopped["last_error"], "unknown event type 'app.exploded' version '1'");
    assert_eq!(stopped["lag_events"], 1);
    assert!(stopped["lag_seconds"].as_i64().unwrap() > 3_600, "{stopped}");
    assert_eq!((&of(&body, "members")["last_error"], &of(&body, "members")["lag_seconds"]), (&Value::Null, &0.into()));
    stores.runner.stop().await;
}

pub(super) const READS_APPS: [&str; 3] = ["token_validation", "app_list", "app_history"];

/// An event that this version does not know.
pub(super) const UNKNOWN_EVENT: &str =
    "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, recorded_at)
     VALUES ('app', '00000000-0000-0000-0000-000000000001', 1, 'app.exploded', '1', '{}', '{}', 0)";
