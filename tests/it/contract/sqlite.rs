//! The SQLite store, and what only it promises.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use routix::store::sqlite::SqliteEventStore;
use routix::system::{Clock, System};
use routix_domain::log::{EventFeed, FeedError};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::time::Instant;

use super::StoreUnderTest;
use super::place::{append, log};
use crate::support::{bounded, system_with};

pub(crate) struct SqliteFixture(TempDir);

impl SqliteFixture {
    fn path(&self) -> PathBuf {
        self.0.path().join("events.db")
    }

    fn raw(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }
}

impl StoreUnderTest for SqliteFixture {
    type Store = SqliteEventStore;

    const RECORDS_AT_SYSTEM_TIME: bool = true;

    fn fresh() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&self, system: &System) -> SqliteEventStore {
        SqliteEventStore::open(&self.path(), system).unwrap()
    }

    fn backup(&self) -> Self {
        let copy = Self::fresh();
        // The way the manual of SQLite recommends: `cp` of a file in use would miss what is in its WAL.
        self.raw().execute("VACUUM INTO ?1", [copy.path().to_str().unwrap()]).unwrap();
        copy
    }
}

#[tokio::test]
async fn no_statement_changes_or_removes_what_is_in_the_log() {
    let place = SqliteFixture::fresh();
    let store = place.open(&System::real());
    append(&store, "a", 1..=3).await.unwrap();
    let before = log(&store).await;
    let row = "'reservation', 'b', 1, 'reservation.made', '1', '{}', '{}', 0";
    let columns = "aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, recorded_at";
    for statement in [
        "UPDATE events SET payload = '{}'".to_owned(),
        "UPDATE events SET position = position + 10 WHERE sequence = 3".to_owned(),
        "UPDATE OR REPLACE events SET position = 1 WHERE sequence = 3".to_owned(),
        "DELETE FROM events".to_owned(),
        "DELETE FROM events WHERE position = 3".to_owned(),
        format!("REPLACE INTO events (position, {columns}) VALUES (2, {row})"),
        format!("INSERT OR REPLACE INTO events (position, {columns}) VALUES (3, {row})"),
        format!("INSERT INTO events (position, {columns}) VALUES (0, {row})"),
        format!("REPLACE INTO events ({columns}) VALUES ('reservation', 'a', 3, 'x', '1', '{{}}', '{{}}', 0)"),
    ] {
        let refused = place.raw().execute(&statement, []);
        assert!(refused.is_err(), "{statement}: {refused:?}");
        assert_eq!(log(&store).await, before, "{statement}");
    }
    let raw = place.raw();
    assert_eq!(raw.execute(&format!("INSERT INTO events ({columns}) VALUES ({row})"), []), Ok(1));
    append(&store, "b", [2]).await.unwrap();
    assert_eq!(log(&store).await.len(), 5);
}

#[tokio::test]
async fn a_position_that_was_given_out_is_never_given_out_again() {
    let place = SqliteFixture::fresh();
    let store = place.open(&System::real());
    append(&store, "a", [1]).await.unwrap();
    let sequence: String =
        place.raw().query_row("SELECT sql FROM sqlite_master WHERE name = 'events'", [], |row| row.get(0)).unwrap();
    assert!(sequence.contains("position       INTEGER PRIMARY KEY AUTOINCREMENT"));
    let synchronous: i64 = place
        .raw()
        .query_row("PRAGMA journal_mode", [], |row| Ok(i64::from(row.get::<_, String>(0)? == "wal")))
        .unwrap();
    assert_eq!(synchronous, 1);
}

/// A clock that breaks the thread that asks for the time.
struct BrokenClock(AtomicBool);

impl Clock for BrokenClock {
    fn now(&self) -> DateTime<Utc> {
        assert!(!self.0.load(Ordering::SeqCst), "the clock broke, as this test wants");
        DateTime::UNIX_EPOCH
    }
}

#[tokio::test]
async fn appends_in_flight_are_answered_with_an_error_when_the_writer_dies() {
    let place = SqliteFixture::fresh();
    let clock = Arc::new(BrokenClock(AtomicBool::new(false)));
    let store = place.open(&system_with(clock.clone()));
    append(&store, "before", [1]).await.unwrap();
    clock.0.store(true, Ordering::SeqCst);
    let ids: Vec<_> = (0..20).map(|number| format!("s-{number}")).collect();
    let answers = bounded("the answers", join_all(ids.iter().map(|id| append(&store, id, [1])))).await;
    for answer in answers {
        assert_eq!(answer.unwrap_err().to_string(), "the event log's writer has stopped");
    }
    // What was committed stays readable, and another store goes on with the file.
    assert_eq!(log(&store).await.len(), 1);
    clock.0.store(false, Ordering::SeqCst);
    let next = place.open(&system_with(clock));
    append(&next, "after", [1]).await.unwrap();
    assert_eq!(log(&store).await.len(), 2);
}

#[tokio::test]
async fn a_row_that_is_no_event_is_named_by_its_position() {
    let place = SqliteFixture::fresh();
    let store = place.open(&System::real());
    append(&store, "a", 1..=2).await.unwrap();
    let columns = "aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, recorded_at";
    for (id, payload, recorded_at) in [("text", "CAST(x'ff' AS TEXT)", "0"), ("time", "'{}'", "9223372036854775807")] {
        let insert = format!(
            "INSERT INTO events ({columns}) VALUES ('reservation', '{id}', 1, 'x', '1', {payload}, '{{}}', {recorded_at})"
        );
        place.raw().execute(&insert, []).unwrap();
    }
    let page = store.read_after(0, 10).await.unwrap();
    assert_eq!((page.events.len(), page.next, page.head), (2, 2, 4), "what comes before it is read");
    for offender in [3, 4] {
        let read = store.read_after(offender - 1, 10).await;
        assert!(matches!(read, Err(FeedError::Corrupt { position, .. }) if position == offender), "{read:?}");
    }
}

#[tokio::test]
async fn a_log_whose_writer_is_gone_says_so_and_its_readers_rest_all_the_same() {
    let place = SqliteFixture::fresh();
    let clock = Arc::new(BrokenClock(AtomicBool::new(false)));
    let store = place.open(&system_with(clock.clone()));
    append(&store, "a", 1..=1).await.unwrap();
    assert!(store.takes_appends());
    clock.0.store(true, Ordering::SeqCst);
    let refused = append(&store, "a", 2..=2).await.unwrap_err();
    assert_eq!(refused.to_string(), "the event log's writer has stopped");
    let began = Instant::now();
    bounded("a rest", store.wait(u64::MAX)).await;
    assert!(began.elapsed() >= Duration::from_millis(50), "{:?}", began.elapsed());
    assert!(!store.takes_appends());
}
