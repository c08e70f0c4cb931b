//! What only the writer's own thread can show. Everything else is in the contract, in `tests/it/contract`.

use cqrs_es::persist::SerializedEvent;
use rusqlite::Connection;
use serde_json::json;
use tokio::sync::oneshot;

use super::writer::{Append, commit};
use crate::store::migrations::EVENTS;
use crate::system::System;

fn append(id: &str, event_type: &str) -> Append {
    let event = SerializedEvent::new(id.into(), 1, "app".into(), event_type.into(), "1".into(), json!({}), json!({}));
    Append { events: vec![event], answer: oneshot::channel().0 }
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
