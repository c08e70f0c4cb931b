//! One append, until it is known what became of it.
//!
//! Each append has an id of its own, and its events have ids derived from it. A server that is sent the same ids for the
//! same place of the same stream once more answers that they are stored, and stores nothing: so an append whose answer was
//! lost is sent again. The ids must not be those of the log, which any two appenders of one sequence have in common: the
//! server would tell the loser of a race that its events are stored.

use std::time::Duration;

use cqrs_es::persist::{PersistenceError, SerializedEvent};
use eventstore::{EventData, ExpectedRevision, ReadStreamOptions, StreamPosition};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::Store;
use super::connection::StoreError;
use super::sessions::Answer;
use super::stored::to_send;

/// So long the store asks what became of an append that was not answered.
const RESOLVE: Duration = Duration::from_secs(15);
/// So often it is tried to send an append that the server has not seen. The first connection may be an old one.
const SENDS: u32 = 2;
const PAUSE: Duration = Duration::from_millis(20);

/// Why it cannot be said that the events are stored.
#[derive(Debug, thiserror::Error)]
enum AppendError {
    #[error("the append was refused")]
    Refused(#[source] StoreError),
    #[error("the append was not sent")]
    NotSent(#[source] StoreError),
    #[error("nobody knows whether the append is stored")]
    InDoubt(#[source] StoreError),
    #[error("the append broke off")]
    BrokeOff(#[source] tokio::task::JoinError),
    #[error("an append is to one stream of a type that is read back, not to {0:?}")]
    Stream(String),
}

impl From<AppendError> for PersistenceError {
    fn from(error: AppendError) -> Self {
        Self::ConnectionError(Box::new(error))
    }
}

/// Events on their way to their stream.
struct Append {
    stream: String,
    /// Of the first event, from 0.
    revision: u64,
    ids: Vec<Uuid>,
    events: Vec<EventData>,
}

/// Appends the events to their stream, all or none.
pub(super) async fn append(store: super::EventStoreDb, events: &[SerializedEvent]) -> Result<(), PersistenceError> {
    let Some(first) = events.first() else { return Ok(()) };
    let append = store.0.prepare(first, events)?;
    // On its own, so that it is seen through although whoever asked for it has gone.
    let appended = tokio::spawn(async move { store.0.see_through(&append).await });
    appended.await.map_err(AppendError::BrokeOff)?
}

impl Store {
    fn prepare(&self, first: &SerializedEvent, events: &[SerializedEvent]) -> Result<Append, PersistenceError> {
        let of_event = |event: &SerializedEvent| self.streams.name(&event.aggregate_type, &event.aggregate_id);
        let stream = of_event(first);
        if self.streams.parse(&stream).is_none() || events.iter().any(|event| of_event(event) != stream) {
            return Err(AppendError::Stream(stream).into());
        }
        let is_dense = (first.sequence..).zip(events).all(|(sequence, event)| event.sequence == sequence);
        // The server numbers the events itself: what is not the next in order it would not notice.
        let Some(revision) = first.sequence.checked_sub(1).filter(|_| is_dense) else {
            return Err(PersistenceError::OptimisticLockError);
        };
        let append = self.system.id();
        let ids: Vec<_> = events.iter().map(|event| Uuid::new_v5(&append, &event.sequence.to_be_bytes())).collect();
        let events = events.iter().zip(&ids).map(|(event, id)| to_send(event, *id)).collect::<Result<_, _>>()?;
        Ok(Append { stream, revision: u64::try_from(revision).unwrap_or(u64::MAX), ids, events })
    }

    async fn see_through(&self, append: &Append) -> Result<(), PersistenceError> {
        let expected = append.revision.checked_sub(1).map_or(ExpectedRevision::NoStream, ExpectedRevision::Exact);
        let began = Instant::now();
        let (mut in_doubt, mut tries) = (false, 0);
        loop {
            tries += 1;
            let sent = self.sessions.append(&self.connection, &append.stream, expected, append.events.clone());
            let error = match sent.await {
                Answer::Stored(position) => {
                    self.bell.ring(position.unwrap_or_default());
                    return Ok(());
                }
                Answer::Conflict if !in_doubt => return Err(PersistenceError::OptimisticLockError),
                Answer::Conflict => match self.is_stored(append).await {
                    Ok(true) => return Ok(()),
                    Ok(false) => return Err(PersistenceError::OptimisticLockError),
                    Err(error) => error,
                },
                Answer::Refused(error) => return Err(AppendError::Refused(error).into()),
                Answer::NotSent(error) if !in_doubt && tries >= SENDS => return Err(AppendError::NotSent(error).into()),
                Answer::NotSent(error) => error,
                Answer::Unknown(error) => {
                    in_doubt = true;
                    error
                }
            };
            if began.elapsed() >= RESOLVE {
                return Err(AppendError::InDoubt(error).into());
            }
            sleep(PAUSE).await;
        }
    }

    /// Whether what stands at the place of the append is the append.
    async fn is_stored(&self, append: &Append) -> Result<bool, StoreError> {
        let options = ReadStreamOptions::default()
            .position(StreamPosition::Position(append.revision))
            .max_count(append.ids.len())
            .requires_leader(true);
        let found = self.read_stream(&append.stream, &options).await?;
        Ok(found.iter().map(|event| event.id).eq(append.ids.iter().copied()))
    }
}
