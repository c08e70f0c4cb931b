//! The one thread that writes the log.
//!
//! It takes every append that is waiting and commits them together: one fdatasync serves all of them, and a refused one
//! is rolled back to its own savepoint without touching the others. An append is answered after the commit, never before.
//! The contexts that they point at are committed to their file by the same thread before, together likewise: by another, each
//! would wait for fewer, twice.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use cqrs_es::persist::{PersistenceError, SerializedEvent};
use routix_projections::sqlite_file::LogLength;
use rusqlite::{Connection, ErrorCode, ffi};
use tokio::sync::oneshot;

use super::rows;
use crate::store::identity::{IdentityError, NewContext};
use crate::system::System;

/// At most so many appends share a commit, so that the first of them does not wait for ever.
const MAX_APPENDS_A_COMMIT: usize = 512;

pub(super) struct Append {
    pub(super) events: Vec<SerializedEvent>,
    /// What must be on the disk before them.
    pub(super) context: Option<NewContext>,
    pub(super) answer: oneshot::Sender<Result<(), PersistenceError>>,
}

pub(super) struct Writer {
    appends: Sender<Append>,
    thread: JoinHandle<()>,
}

/// Why the store could not take an append, behind cqrs-es's error.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    #[error("the event log's writer has stopped")]
    Stopped,
    #[error("the context of a request could not be stored")]
    Context(#[source] Arc<IdentityError>),
    #[error("the event log refused a commit")]
    Commit(#[source] rusqlite::Error),
    #[error("the event log refused a statement")]
    Statement(#[source] rusqlite::Error),
}

impl From<StoreError> for PersistenceError {
    fn from(error: StoreError) -> Self {
        Self::ConnectionError(Box::new(error))
    }
}

impl Writer {
    pub(super) fn start((connection, log): (Connection, LogLength), system: System) -> Self {
        let (appends, waiting) = channel();
        let thread = thread::spawn(move || run((&connection, log), &waiting, &system));
        Self { appends, thread }
    }

    /// Whether the thread is there.
    pub(super) fn is_running(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Appends the events to their stream, all or none, and returns once they are on disk.
    pub(super) async fn append(
        &self,
        events: Vec<SerializedEvent>,
        context: Option<NewContext>,
    ) -> Result<(), PersistenceError> {
        let (answer, answered) = oneshot::channel();
        self.appends.send(Append { events, context, answer }).map_err(|_| StoreError::Stopped)?;
        answered.await.map_err(|_| StoreError::Stopped)?
    }
}

/// Ends when the last [`Writer`] is dropped.
fn run((connection, mut log): (&Connection, LogLength), waiting: &Receiver<Append>, system: &System) {
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(MAX_APPENDS_A_COMMIT - 1));
        let batch = store_contexts(batch);
        let answers = commit(connection, &batch, system);
        #[cfg(feature = "failpoints")]
        fail::fail_point!("log.before_answer");
        for (append, answer) in batch.into_iter().zip(answers) {
            // Whoever asked may have gone; the append stands all the same.
            let _gone = append.answer.send(answer);
        }
        log.look(connection);
    }
}

/// Stores what the appends rest on, in one transaction for all, and returns those that may be made now.
fn store_contexts(batch: Vec<Append>) -> Vec<Append> {
    let contexts: Vec<_> = batch.iter().filter_map(|append| append.context.clone()).collect();
    let Err(error) = NewContext::store_all(&contexts) else { return batch };
    let error = Arc::new(error);
    let (without, waiting): (Vec<_>, Vec<_>) = batch.into_iter().partition(|append| append.context.is_none());
    for append in waiting {
        let _gone = append.answer.send(Err(StoreError::Context(Arc::clone(&error)).into()));
    }
    without
}

/// One transaction for all appends. When it fails as a whole, every append failed.
pub(super) fn commit(connection: &Connection, batch: &[Append], system: &System) -> Vec<Result<(), PersistenceError>> {
    let committed = connection
        .execute_batch("BEGIN IMMEDIATE")
        .and_then(|()| rows::newest_recorded_at(connection))
        .map(|newest| newest.unwrap_or(i64::MIN).max(system.now().timestamp_micros()))
        .and_then(|recorded_at| append_all(connection, batch, recorded_at))
        .and_then(|answers| make_durable(connection).map(|()| answers));
    committed.unwrap_or_else(|error| {
        if !connection.is_autocommit() {
            // If this fails too, the next BEGIN says so.
            let _ = connection.execute_batch("ROLLBACK");
        }
        let text = error.to_string();
        tracing::error!(error = text, "the event log refused a commit");
        let code = error.sqlite_error().copied().unwrap_or_else(|| ffi::Error::new(ffi::SQLITE_ERROR));
        let again = || rusqlite::Error::SqliteFailure(code, Some(text.clone()));
        batch.iter().map(|_| Err(StoreError::Commit(again()).into())).collect()
    })
}

fn make_durable(connection: &Connection) -> rusqlite::Result<()> {
    #[cfg(feature = "failpoints")]
    fail::fail_point!("log.before_commit", |_| Err(failed()));
    connection.execute_batch("COMMIT")?;
    #[cfg(feature = "failpoints")]
    fail::fail_point!("log.after_commit", |_| Err(failed()));
    Ok(())
}

#[cfg(feature = "failpoints")]
fn failed() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR), Some("a failpoint".to_owned()))
}

/// Some failures (a full disk, a broken one) end the whole transaction and not only their savepoint. Whatever came after
/// would then be committed on its own while it is answered that it failed; so nothing comes after. Likewise when a
/// savepoint cannot be ended: what of its append is in the transaction, nobody knows.
fn append_all(
    connection: &Connection,
    batch: &[Append],
    recorded_at: i64,
) -> rusqlite::Result<Vec<Result<(), PersistenceError>>> {
    let mut answers = Vec::with_capacity(batch.len());
    for append in batch {
        answers.push(append_one(connection, &append.events, recorded_at)?);
        if connection.is_autocommit() {
            let text = "the transaction was ended by a failure".to_owned();
            return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_ABORT_ROLLBACK), Some(text)));
        }
    }
    Ok(answers)
}

/// The inner result is the append's own, the outer one the batch's.
fn append_one(
    connection: &Connection,
    events: &[SerializedEvent],
    recorded_at: i64,
) -> rusqlite::Result<Result<(), PersistenceError>> {
    #[cfg(feature = "failpoints")]
    fail::fail_point!("log.before_insert", |_| Ok(Err(StoreError::Statement(failed()).into())));
    connection.execute_batch("SAVEPOINT append")?;
    let inserted = events.iter().try_for_each(|event| insert(connection, event, recorded_at));
    let end = if inserted.is_ok() { "RELEASE append" } else { "ROLLBACK TO append; RELEASE append" };
    connection.execute_batch(end)?;
    #[cfg(feature = "failpoints")]
    fail::fail_point!("log.after_insert", |_| Err(failed()));
    Ok(inserted)
}

fn insert(connection: &Connection, event: &SerializedEvent, recorded_at: i64) -> Result<(), PersistenceError> {
    let sequence = i64::try_from(event.sequence).unwrap_or(i64::MAX);
    connection
        .prepare_cached(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                recorded_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .and_then(|mut insert| {
            insert.execute((
                &event.aggregate_type,
                &event.aggregate_id,
                sequence,
                &event.event_type,
                &event.event_version,
                event.payload.to_string(),
                event.metadata.to_string(),
                recorded_at,
            ))
        })
        .map(drop)
        .map_err(|error| match error.sqlite_error_code() {
            // The stream went on since it was loaded: its next place is taken, or was never the next one.
            Some(ErrorCode::ConstraintViolation) => PersistenceError::OptimisticLockError,
            Some(_) | None => StoreError::Statement(error).into(),
        })
}
