//! The newest of our events, found from the end of the log.

use std::sync::{Mutex, PoisonError};

use eventstore::{Position, ReadAllOptions, RecordedEvent, StreamPosition};

use super::Store;
use super::connection::StoreError;
use super::feed::position;

/// Most often the newest event is ours. Others' are walked over in pages that grow up to this.
const PAGE: usize = 1_024;
const GROWTH: usize = 8;

/// What was found last, so that nothing is looked at twice. Positions; 0 for none.
#[derive(Default)]
pub(super) struct Newest(Mutex<Found>);

#[derive(Clone, Copy, Default)]
struct Found {
    ours: u64,
    /// The newest of anybody's.
    all: u64,
}

/// Where an event stands, and whether it is ours.
struct Place {
    at: Position,
    is_ours: bool,
}

impl Newest {
    fn found(&self) -> Found {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, found: Found) -> u64 {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Found { ours: kept.ours.max(found.ours), all: kept.all.max(found.all) };
        kept.ours
    }
}

impl Store {
    /// The newest position that is known of without asking. Not what is there: others append too.
    pub(super) fn known(&self) -> u64 {
        self.newest.found().ours.max(self.bell.heard())
    }

    /// The position of the newest of our events; 0 in an empty log.
    pub(super) async fn newest(&self) -> Result<u64, StoreError> {
        let (known, heard) = (self.newest.found(), self.bell.heard());
        let (mut from, mut count) = (StreamPosition::End, 1);
        let mut all = 0;
        let ours = loop {
            let page = self.read_backwards(from, count).await?;
            all = all.max(page.first().map_or(0, |place| position(place.at)));
            let Some(last) = page.last() else {
                if known.all > 0 {
                    return Err(self.connection.cut_short());
                }
                break 0;
            };
            match page.iter().find(|place| place.is_ours || position(place.at) <= known.all) {
                Some(place) if position(place.at) > known.all => break position(place.at),
                Some(_) => break known.ours,
                None => from = StreamPosition::Position(last.at),
            }
            count = (count * GROWTH).min(PAGE);
        };
        let head = self.newest.keep(Found { ours, all });
        self.bell.correct(heard, head);
        Ok(head)
    }

    /// Up to `count` places before a position, newest first.
    async fn read_backwards(&self, from: StreamPosition<Position>, count: usize) -> Result<Vec<Place>, StoreError> {
        let options = ReadAllOptions::default().position(from).backwards().max_count(count).requires_leader(true);
        let events = self.read_all(&options).await?;
        let place = |event: &RecordedEvent| Place {
            at: event.position,
            is_ours: self.streams.parse(&event.stream_id).is_some(),
        };
        Ok(events.iter().map(place).collect())
    }
}
