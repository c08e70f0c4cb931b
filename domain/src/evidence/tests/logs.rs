//! Random small logs with everything that is stored beside them.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::evidence::{
    Checkpoint, Digest, Finding, Frontier, Item, NoteSigner, Trust, Verified, Verifier, canonical_json, leaf,
};
use crate::log::RecordedEvent;
use crate::testing::{at, id};

pub(super) const ORIGIN: &str = "auth.example/log";

/// SplitMix64: the same numbers for the same seed, everywhere.
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `below`, without `below`.
    pub(super) fn below(&mut self, below: usize) -> usize {
        usize::try_from(self.next() % below as u64).unwrap()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Log {
    pub(super) items: Vec<Item>,
    /// By size; the last covers every event.
    pub(super) checkpoints: Vec<Checkpoint>,
    pub(super) notes: Vec<String>,
}

pub(super) fn signer(number: u8) -> NoteSigner {
    NoteSigner::new(ORIGIN, &[number; 32]).unwrap()
}

pub(super) fn trust() -> Trust {
    Trust { origin: ORIGIN.into(), keys: vec![signer(1).verifier().clone()] }
}

pub(super) fn sign(checkpoint: &Checkpoint) -> String {
    checkpoint.sign(&[&signer(1)]).unwrap().to_string()
}

fn event(position: u64, stream: u64, sequence: u64, time: DateTime<Utc>, number: u64) -> RecordedEvent {
    RecordedEvent {
        position,
        event_id: id(number.into()),
        aggregate_type: if stream.is_multiple_of(2) { "app" } else { "organization" }.into(),
        aggregate_id: id(u128::from(stream / 2)).to_string(),
        sequence,
        event_type: "app.renamed".into(),
        event_version: "1".into(),
        payload: format!(r#"{{"type":"app.renamed","name":"Zürich {number}","epoch":{number},"on":[true,null]}}"#),
        metadata: format!(r#"{{"actor_kind":"system","correlation_id":"{}"}}"#, id(number.into())),
        recorded_at: time,
    }
}

/// Leaf and chain of every event from the events alone, in their order, and indexes from 0.
pub(super) fn stored(events: impl IntoIterator<Item = RecordedEvent>) -> Vec<Item> {
    let mut chains = HashMap::new();
    let items = events.into_iter().zip(0..).map(|(event, index)| {
        let stream = (event.aggregate_type.clone(), event.aggregate_id.clone());
        let chain = chains.entry(stream).or_insert(Digest::ZERO);
        let leaf = leaf(&event).unwrap();
        *chain = Digest::chained(chain, &leaf);
        Item { index, leaf, chain: *chain, event }
    });
    items.collect()
}

pub(super) fn random(numbers: &mut Numbers) -> Log {
    let streams = 1 + numbers.below(5) as u64;
    let mut sequences = HashMap::new();
    let (mut position, mut time) = (0, at(0));
    let count = 1 + numbers.below(20) as u64;
    let events = (0..count).map(|_| {
        position += 1 + (numbers.next() % 6).saturating_sub(3);
        time += TimeDelta::microseconds((numbers.next() % 3_000).saturating_sub(1_000).cast_signed());
        let stream = numbers.next() % streams;
        let sequence = sequences.entry(stream).or_insert(0);
        *sequence += 1;
        event(position, stream, *sequence, time, numbers.next() >> 40)
    });
    let events: Vec<_> = events.collect();
    sealed(stored(events), |size| size == count || numbers.below(6) == 0)
}

pub(super) fn sealed(items: Vec<Item>, mut at_size: impl FnMut(u64) -> bool) -> Log {
    let mut frontier = Frontier::default();
    let mut checkpoints = Vec::new();
    for item in &items {
        frontier.append(item.leaf);
        if at_size(frontier.size()) {
            let (size, root, position) = (frontier.size(), frontier.root(), item.event.position);
            checkpoints.push(Checkpoint { origin: ORIGIN.into(), size, root, position, time: item.event.recorded_at });
        }
    }
    let notes = checkpoints.iter().map(sign).collect();
    Log { items, checkpoints, notes }
}

/// A well-formed event that was never recorded: the next of a stream of the log at this place, or the first of a new one.
pub(super) fn forged(log: &Log, place: usize, numbers: &mut Numbers) -> RecordedEvent {
    let before = place.checked_sub(1).map(|before| &log.items[before].event);
    let (position, time) = before.map_or((0, at(0)), |event| (event.position, event.recorded_at));
    let mut forged = event(position + 1, 90 + numbers.next() % 2, 1, time, numbers.next() >> 40);
    if let Some(same) = before.filter(|_| numbers.below(3) > 0) {
        forged.aggregate_type.clone_from(&same.aggregate_type);
        forged.aggregate_id.clone_from(&same.aggregate_id);
        forged.sequence = same.sequence + 1;
    }
    forged
}

/// As it is done with an export: every event must be signed for.
pub(super) fn verify(items: &[Item], notes: &[String]) -> Result<Verified, Finding> {
    let mut verifier = Verifier::new(&trust(), notes.iter().map(String::as_str));
    items.iter().for_each(|item| verifier.feed(item));
    verifier.finish()?.require_sealed()
}

/// Whether anything that is hashed differs.
pub(super) fn differs(one: &RecordedEvent, other: &RecordedEvent) -> bool {
    canonical_json(one) != canonical_json(other)
}
