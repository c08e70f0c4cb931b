//! Reading `$all` forwards.
//!
//! A server reads on from where an event stands, and refuses any other place within its log. Our readers may ask for any
//! position (a search by time halves them): they are led from the last place before it that is known.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use eventstore::{
    Client, Error, Position, ReadAllOptions, ReadStreamOptions, RecordedEvent, ResolvedEvent, StreamPosition,
};

use super::Store;
use super::connection::StoreError;
use super::feed::position;

/// Events read at once, ours and others'.
const PAGE: usize = 1_024;
/// Pages grow up to [`PAGE`] by this factor, where most events are others'.
const GROWTH: usize = 4;
const INVALID_POSITION: &str = "invalid position";

/// Positions at which events stand, one for each full page that was read.
#[derive(Default)]
pub(super) struct Landmarks(Mutex<BTreeSet<u64>>);

impl Landmarks {
    fn known(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn before(&self, position: u64) -> u64 {
        self.known().range(..position).next_back().copied().unwrap_or_default()
    }
}

impl Store {
    /// Our events behind `after` and up to `head`, at most `limit`, in order.
    pub(super) async fn scan(&self, after: u64, head: u64, limit: usize) -> Result<Vec<RecordedEvent>, StoreError> {
        let mut ours: Vec<RecordedEvent> = Vec::new();
        let (mut at, mut count) = (after, limit.saturating_add(1).clamp(2, PAGE));
        while at < head && ours.len() < limit {
            let page = match self.read_forwards(at, count).await {
                Err(error) if is_invalid_position(&error) && at > 0 => {
                    at = self.landmarks.before(at);
                    continue;
                }
                page => page?,
            };
            let Some(last) = page.last().map(|event| position(event.position)).filter(|last| *last > at) else {
                return Err(self.connection.cut_short());
            };
            if page.len() == PAGE {
                self.landmarks.known().insert(last);
            }
            let behind = page.into_iter().filter(|event| (after + 1..=head).contains(&position(event.position)));
            let is_ours = |event: &RecordedEvent| self.streams.parse(&event.stream_id).is_some();
            // The first of a page is the last of the one before.
            let begin = ours.last().map_or(after, |event| position(event.position));
            ours.extend(behind.filter(|event| position(event.position) > begin).filter(is_ours));
            (at, count) = (last, (count * GROWTH).min(PAGE));
        }
        ours.truncate(limit);
        Ok(ours)
    }

    /// Up to `count` events from the position on, with the one that stands there.
    async fn read_forwards(&self, at: u64, count: usize) -> Result<Vec<RecordedEvent>, StoreError> {
        let from = at
            .checked_sub(1)
            .map_or(StreamPosition::Start, |commit| StreamPosition::Position(Position { commit, prepare: commit }));
        let options = ReadAllOptions::default().position(from).forwards().max_count(count).requires_leader(true);
        self.read_all(&options).await
    }

    pub(super) async fn read_all(&self, options: &ReadAllOptions) -> Result<Vec<RecordedEvent>, StoreError> {
        let read = |client: Client| async move {
            let mut stream = client.read_all(options).await?;
            let mut events = Vec::new();
            while let Some(event) = stream.next().await? {
                events.extend(original(event));
            }
            Ok(events)
        };
        self.connection.read(read).await
    }

    /// The events of a stream; none where there is no such stream.
    pub(super) async fn read_stream(
        &self,
        name: &str,
        options: &ReadStreamOptions,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let read = |client: Client| async move {
            let mut stream = client.read_stream(name, options).await?;
            let mut events = Vec::new();
            loop {
                match stream.next().await {
                    Ok(Some(event)) => events.extend(original(event)),
                    Ok(None) | Err(Error::ResourceNotFound) => return Ok(events),
                    Err(error) => return Err(error),
                }
            }
        };
        self.connection.read(read).await
    }
}

/// Links are not followed: what stands there is the link.
fn original(event: ResolvedEvent) -> Option<RecordedEvent> {
    event.link.or(event.event)
}

fn is_invalid_position(error: &StoreError) -> bool {
    matches!(error, StoreError::Refused { source: Error::Grpc { message, .. }, .. } if message.contains(INVALID_POSITION))
}
