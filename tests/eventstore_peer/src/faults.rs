//! What a server, or the network before it, may do wrong.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tonic::Status;
use tonic::metadata::MetadataValue;

/// What happens to one append.
#[derive(Clone, Debug)]
pub enum AppendFault {
    /// The connection breaks before the events are stored.
    LoseRequest,
    /// The events are stored, and the connection breaks before that is answered.
    LoseAnswer,
    /// The session ends in order, with nothing stored and nothing answered.
    EndSession,
    /// The events are stored, and the session ends in order without an answer.
    EndSessionStored,
    /// The server answers that it is not ready.
    Unavailable,
    /// The server names another one as the leader, by its port.
    NotLeader(u16),
    /// The server refuses with this code and word.
    Refuse(tonic::Code, &'static str),
    /// Somebody else appends to the same place first, and then the connection breaks.
    LoseRequestToAnother,
    /// Nothing happens for so long.
    Delay(Duration),
}

/// What happens to one read.
#[derive(Clone, Debug)]
pub enum ReadFault {
    Unavailable,
    /// The server names another one as the leader, by its port.
    NotLeader(u16),
    /// The answer ends in order after so many events, whatever was asked for.
    EndAfter(usize),
    /// The connection breaks.
    LoseRequest,
}

/// Faults in the order in which they happen, one a request; then none.
pub(crate) struct Faults<T>(Mutex<VecDeque<T>>);

impl<T> Default for Faults<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Faults<T> {
    pub(crate) fn plan(&self, faults: impl IntoIterator<Item = T>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(faults);
    }

    pub(crate) fn next(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    pub(crate) fn left(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// The status by which a follower names its leader.
pub(crate) fn not_leader(port: u16) -> Status {
    let mut status = Status::not_found("Leader info available");
    let metadata = status.metadata_mut();
    metadata.insert("exception", MetadataValue::from_static("not-leader"));
    metadata.insert("leader-endpoint-host", MetadataValue::from_static("127.0.0.1"));
    metadata.insert("leader-endpoint-port", MetadataValue::from(port));
    status
}
