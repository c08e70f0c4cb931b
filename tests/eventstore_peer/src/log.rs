//! The log of a server.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use uuid::Uuid;

/// The server appends an event of its own after so many of others.
const SYSTEM_EVENT_EVERY: usize = 5;
/// What an event takes beside its text.
const OVERHEAD: usize = 57;

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: Uuid,
    pub(crate) stream: String,
    pub(crate) revision: u64,
    /// Of its first byte.
    pub(crate) position: u64,
    pub(crate) event_type: String,
    pub(crate) content_type: String,
    /// In 100 nanoseconds since 1970.
    pub(crate) created: u128,
    pub(crate) data: Vec<u8>,
    pub(crate) custom_metadata: Vec<u8>,
}

/// An event before it has its place.
#[derive(Clone, Debug)]
pub(crate) struct Proposed {
    pub(crate) id: Uuid,
    pub(crate) event_type: String,
    pub(crate) content_type: String,
    pub(crate) data: Vec<u8>,
    pub(crate) custom_metadata: Vec<u8>,
}

/// Where an append belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Any,
    NoStream,
    StreamExists,
    Revision(u64),
}

/// The stream is not where an append expects it.
#[derive(Debug)]
pub(crate) struct WrongExpectedVersion;

#[derive(Clone)]
pub(crate) struct Log {
    events: Vec<Event>,
    streams: HashMap<String, Vec<usize>>,
    end: u64,
}

impl Log {
    /// A new server's log has events of the server.
    pub(crate) fn new() -> Self {
        let mut log = Self { events: Vec::new(), streams: HashMap::new(), end: 0 };
        log.push("$settings", system_event("$settings"));
        log.push("$users", system_event("$UserCreated"));
        log
    }

    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    /// The byte behind the last event.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    pub(crate) fn stream(&self, name: &str) -> Option<impl DoubleEndedIterator<Item = &Event>> {
        Some(self.streams.get(name)?.iter().map(|index| &self.events[*index]))
    }

    /// Appends all of it or none. The revision and the position of the last event.
    pub(crate) fn append(
        &mut self,
        stream: &str,
        expected: Expected,
        events: &[Proposed],
    ) -> Result<(u64, u64), WrongExpectedVersion> {
        let length = self.streams.get(stream).map_or(0, |events| events.len() as u64);
        let first = match expected {
            Expected::Any => length,
            Expected::StreamExists if length > 0 => length,
            Expected::StreamExists => return Err(WrongExpectedVersion),
            Expected::NoStream => 0,
            Expected::Revision(revision) => revision + 1,
        };
        if first < length {
            return self.repeated(stream, first, events).ok_or(WrongExpectedVersion);
        }
        if first > length {
            return Err(WrongExpectedVersion);
        }
        for event in events {
            self.push(stream, event.clone());
        }
        let last = self.events.last().map_or(0, |event| event.position);
        if self.events.len().is_multiple_of(SYSTEM_EVENT_EVERY) {
            self.push("$stats-127.0.0.1:2113", system_event("$statsCollected"));
        }
        Ok((length + events.len() as u64 - 1, last))
    }

    /// What stands at the place of an append, if that has its ids.
    fn repeated(&self, stream: &str, first: u64, events: &[Proposed]) -> Option<(u64, u64)> {
        let standing: Vec<_> = self.stream(stream)?.skip(usize::try_from(first).ok()?).take(events.len()).collect();
        let same = standing.len() == events.len() && standing.iter().zip(events).all(|(one, other)| one.id == other.id);
        let last = standing.last().filter(|_| same)?;
        Some((last.revision, last.position))
    }

    #[expect(clippy::disallowed_methods, reason = "a server has a clock of its own")]
    fn push(&mut self, stream: &str, event: Proposed) {
        let of_stream = self.streams.entry(stream.to_owned()).or_default();
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let event = Event {
            id: event.id,
            stream: stream.to_owned(),
            revision: of_stream.len() as u64,
            position: self.end,
            event_type: event.event_type,
            content_type: event.content_type,
            created: since.as_nanos() / 100,
            data: event.data,
            custom_metadata: event.custom_metadata,
        };
        of_stream.push(self.events.len());
        self.end += (OVERHEAD + stream.len() + event.data.len() + event.custom_metadata.len()) as u64;
        self.events.push(event);
    }
}

/// An id like those that applications give their events.
#[expect(clippy::disallowed_methods, reason = "other applications have no system of ours")]
pub(crate) fn new_id() -> Uuid {
    Uuid::new_v4()
}

fn system_event(event_type: &str) -> Proposed {
    Proposed {
        id: new_id(),
        event_type: event_type.to_owned(),
        content_type: "application/json".to_owned(),
        data: b"{}".to_vec(),
        custom_metadata: Vec::new(),
    }
}
