//! The long-lived calls through which appends go.
//!
//! Through a call of its own an append takes 44 ms: the client sends it in several small frames and leaves Nagle's
//! algorithm on, so that each waits for the delayed acknowledgement of the one before.
//!
//! The client ends a session with the first append that is refused, and with it whatever else is on its way there: so each
//! session has one append at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use eventstore::{BatchAppendClient, BatchAppendOptions, Error, EventData, ExpectedRevision};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::connection::{Connection, Held, StoreError, is_of_connection};
use super::feed::position;

/// So many appends are on their way at once; servers take a hundred calls over one connection.
const SESSIONS: usize = 16;
/// The client does not notice when a server ends a session in order; then nothing answers. A server itself gives up after
/// two seconds.
const PATIENCE: Duration = Duration::from_secs(4);
/// What the client says where it has not sent an append, because the session had ended before.
const ENDED: &str = "Batch-append stream has been closed";
/// What a server says to a wrong expected revision; the code beside it changed over the versions.
const CONFLICT: &str = "WrongExpectedVersion";
/// What a server says when it has taken nothing and will not.
const REFUSALS: [&str; 5] =
    ["AccessDenied", "BadRequest", "InvalidTransaction", "MaximumAppendSizeExceeded", "StreamDeleted"];

/// What became of an append.
pub(super) enum Answer {
    /// It stands; the position is what the server said of it.
    Stored(Option<u64>),
    /// The stream is not where the append expects it.
    Conflict,
    Refused(StoreError),
    /// The server has not seen it.
    NotSent(StoreError),
    /// The server may have stored it, or may still do so.
    Unknown(StoreError),
}

pub(super) struct Sessions {
    idle: Mutex<Vec<Session>>,
    room: Semaphore,
}

struct Session {
    batch: BatchAppendClient,
    held: Held,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { idle: Mutex::default(), room: Semaphore::new(SESSIONS) }
    }
}

impl Sessions {
    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends the events once.
    pub(super) async fn append(
        &self,
        connection: &Connection,
        stream: &str,
        expected: ExpectedRevision,
        events: Vec<EventData>,
    ) -> Answer {
        let _place = self.room.acquire().await;
        let session = match self.take(connection).await {
            Ok(session) => session,
            Err(error) => return Answer::NotSent(error),
        };
        match timeout(PATIENCE, session.batch.append_to_stream(stream, expected, events)).await {
            Ok(Ok(result)) => {
                self.idle().push(session);
                Answer::Stored(result.current_position().map(position))
            }
            Ok(Err(error)) => self.failed(connection, &session, error),
            Err(_late) => {
                self.give_up(connection, &session.held);
                Answer::Unknown(connection.silent())
            }
        }
    }

    async fn take(&self, connection: &Connection) -> Result<Session, StoreError> {
        if let Some(session) = self.idle().pop() {
            return Ok(session);
        }
        let held = connection.client().await?;
        let options = BatchAppendOptions::default().requires_leader(true);
        match timeout(PATIENCE, held.client.batch_append(&options)).await {
            Ok(Ok(batch)) => Ok(Session { batch, held }),
            Ok(Err(error)) => {
                if is_of_connection(&error) {
                    self.give_up(connection, &held);
                }
                Err(connection.error(error))
            }
            Err(_late) => {
                self.give_up(connection, &held);
                Err(connection.silent())
            }
        }
    }

    fn failed(&self, connection: &Connection, session: &Session, error: Error) -> Answer {
        if let Some(refused) = refusal(&error) {
            return if refused == CONFLICT { Answer::Conflict } else { Answer::Refused(connection.error(error)) };
        }
        if is_of_connection(&error) {
            self.give_up(connection, &session.held);
        } else {
            // The others lead to the same node.
            self.idle().clear();
        }
        let had_ended = matches!(&error, Error::ServerError(said) if said.contains(ENDED));
        let error = connection.error(error);
        if had_ended { Answer::NotSent(error) } else { Answer::Unknown(error) }
    }

    fn give_up(&self, connection: &Connection, held: &Held) {
        connection.lost(held);
        self.idle().clear();
    }
}

/// The word of a server that has decided not to store an append.
fn refusal(error: &Error) -> Option<&str> {
    let said = match error {
        Error::Grpc { message, .. } => message.as_str(),
        Error::WrongExpectedVersion { .. } => CONFLICT,
        Error::AccessDenied => "AccessDenied",
        Error::ResourceDeleted => "StreamDeleted",
        Error::ServerError(_)
        | Error::NotLeaderException(_)
        | Error::ConnectionClosed
        | Error::GrpcConnectionError(_)
        | Error::InternalParsingError(_)
        | Error::ResourceAlreadyExists
        | Error::ResourceNotFound
        | Error::UnsupportedFeature
        | Error::InternalClientError
        | Error::DeadlineExceeded
        | Error::InitializationError(_)
        | Error::IllegalStateError(_) => return None,
    };
    (said == CONFLICT || REFUSALS.contains(&said)).then_some(said)
}
