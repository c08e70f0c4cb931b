//! What only the writer's own thread can show. Everything else is in the contract, in `tests/it/contract`.

use std::path::Path;

use chrono::DateTime;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, SerializedEvent};
use routix_domain::app::App;
use rusqlite::Connection;
use serde_json::json;
use tokio::sync::oneshot;

use super::SqliteEventStore;
use super::writer::{Append, commit};
use crate::store::identity::{IdentityDb, NewContext, RequestContext};
use crate::store::migrations::EVENTS;
use crate::system::System;

fn event(id: &str, event_type: &str) -> SerializedEvent {
    SerializedEvent::new(id.into(), 1, "app".into(), event_type.into(), "1".into(), json!({}), json!({}))
}

fn append(id: &str, event_type: &str) -> Append {
    Append { events: vec![event(id, event_type)], context: None, answer: oneshot::channel().0 }
}

fn ids(connection: &Connection) -> Vec<String> {
    let mut statement = connection.prepare("SELECT aggregate_id FROM events ORDER BY position").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn log() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    EVENTS.sqlite.iter().for_each(|migration| connection.execute_batch(migration.sql).unwrap());
    connection
}

#[test]
fn a_refused_append_does_not_touch_those_that_share_its_commit() {
    let log = log();
    let answers = commit(&log, &[append("a", "x"), append("a", "x"), append("b", "x")], &System::real());
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(ids(&log), ["a", "b"]);
}

#[test]
fn when_a_failure_ends_the_transaction_nothing_of_it_is_written_and_every_append_hears_of_it() {
    let log = log();
    // A broken disk rolls the whole transaction back; so does this trigger.
    log.execute_batch(
        "CREATE TEMP TRIGGER broken BEFORE INSERT ON events WHEN NEW.event_type = 'bad'
         BEGIN SELECT raise(ROLLBACK, 'the disk broke'); END",
    )
    .unwrap();
    let batch = [append("before", "x"), append("broken", "bad"), append("after", "x")];
    let answers = commit(&log, &batch, &System::real());
    assert_eq!(
        answers.iter().map(|answer| answer.as_ref().unwrap_err().to_string()).collect::<Vec<_>>(),
        ["the event log refused a commit"; 3]
    );
    assert!(ids(&log).is_empty());
    let answers = commit(&log, &[append("next", "x")], &System::real());
    assert_eq!((answers.len(), answers[0].is_ok(), ids(&log)), (1, true, vec!["next".to_owned()]));
}

/// A log and the people beside it, in files of their own.
fn beside(folder: &Path) -> (SqliteEventStore, IdentityDb) {
    let identity = IdentityDb::open(&folder.join("identity.db"), DateTime::UNIX_EPOCH).unwrap();
    (SqliteEventStore::open(&folder.join("events.db"), &System::real()).unwrap(), identity)
}

fn from(identity: &IdentityDb, address: &str) -> NewContext {
    let context = RequestContext { address: Some(address.to_owned()), user_agent: None };
    identity.new_context(context, [7; 16], DateTime::UNIX_EPOCH)
}

async fn persist(store: &SqliteEventStore, id: &str) -> Result<(), PersistenceError> {
    store.persist::<App>(&[event(id, "x")], None).await
}

#[tokio::test]
async fn an_event_and_the_context_that_it_points_at_are_both_there_however_often_it_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let (store, identity) = beside(folder.path());
    let context = from(&identity, "192.0.2.7");
    let resting = store.resting_on(context.clone());
    persist(&resting, "a").await.unwrap();
    assert!(matches!(persist(&resting, "a").await, Err(PersistenceError::OptimisticLockError)));
    persist(&resting, "b").await.unwrap();
    assert!(identity.context(context.commitment()).await.unwrap().is_some());
    assert_eq!(ids(&Connection::open(folder.path().join("events.db")).unwrap()), ["a", "b"]);
}

#[tokio::test]
async fn an_event_whose_context_cannot_be_stored_is_not_there_and_those_without_one_are() {
    let folder = tempfile::tempdir().unwrap();
    let (store, identity) = beside(folder.path());
    // A file that is broken, and not yet noticed to be.
    let people = Connection::open(folder.path().join("identity.db")).unwrap();
    people.execute_batch("DROP TABLE request_contexts").unwrap();
    let resting = store.resting_on(from(&identity, "192.0.2.7"));
    let (refused, taken) = tokio::join!(persist(&resting, "a"), persist(&store, "b"));
    let Err(PersistenceError::ConnectionError(error)) = refused else { panic!("{refused:?}") };
    assert_eq!(error.to_string(), "the context of a request could not be stored");
    assert!(error.source().is_some(), "and why is told");
    taken.unwrap();
    assert_eq!(ids(&Connection::open(folder.path().join("events.db")).unwrap()), ["b"]);
}
