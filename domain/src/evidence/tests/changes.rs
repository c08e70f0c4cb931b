//! Ten thousand random single changes, each found in the right place, and a thousand logs without one.

use chrono::TimeDelta;

use super::logs::{Log, Numbers, differs, forged, random, sign, signer, stored, verify};
use crate::evidence::{Checkpoint, Digest, Finding, Item, Note, leaf};
use crate::log::RecordedEvent;
use crate::testing::id;

/// What must be found.
enum Expected {
    /// Exactly this.
    Exactly(Finding),
    /// The event cannot be the recorded one, or cannot even be read.
    Changed { index: u64, position: u64 },
    /// The stored chain of the event at this position does not fit, and nothing before it.
    Unchained(u64),
    /// A span with this position in it.
    Around(u64),
    /// Something about a checkpoint.
    Checkpoint,
}

impl Expected {
    fn is_met_by(&self, found: &Finding) -> bool {
        match self {
            Self::Exactly(finding) => found == finding,
            Self::Changed { index, position } => matches!(
                found,
                Finding::ChangedEvent { index: i, position: p } | Finding::UnreadableEvent { index: i, position: p, .. }
                    if (i, p) == (index, position)
            ),
            Self::Unchained(position) => matches!(found, Finding::BrokenChain { position: p, .. } if p == position),
            Self::Around(position) => found.span().is_some_and(|span| span.contains(*position)),
            Self::Checkpoint => found.span().is_none(),
        }
    }
}

fn flip(text: &mut String, numbers: &mut Numbers) {
    let bytes = text.clone().into_bytes();
    loop {
        let mut flipped = bytes.clone();
        let bit = numbers.below(bytes.len() * 8);
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(flipped) = String::from_utf8(flipped) {
            *text = flipped;
            return;
        }
    }
}

fn flip_number(number: &mut u64, numbers: &mut Numbers) {
    *number ^= 1 << numbers.below(52);
}

fn flip_digest(digest: &mut Digest, numbers: &mut Numbers) {
    let mut bytes = *digest.as_bytes();
    bytes[numbers.below(32)] ^= 1 << numbers.below(8);
    *digest = Digest::from_bytes(bytes);
}

/// One bit of one member other than the position.
fn flip_member(event: &mut RecordedEvent, numbers: &mut Numbers) {
    let before = event.clone();
    // A bit of the text that does not change the value is no change.
    while !differs(&before, event) {
        *event = before.clone();
        match numbers.below(9) {
            0 => event.event_id = id(event.event_id.as_u128() ^ (1 << numbers.below(128))),
            1 => flip(&mut event.aggregate_type, numbers),
            2 => flip(&mut event.aggregate_id, numbers),
            3 => flip_number(&mut event.sequence, numbers),
            4 => flip(&mut event.event_type, numbers),
            5 => flip(&mut event.event_version, numbers),
            6 => flip(&mut event.payload, numbers),
            7 => flip(&mut event.metadata, numbers),
            _ => {
                let micros = event.recorded_at.timestamp_micros() ^ (1 << numbers.below(40));
                event.recorded_at += TimeDelta::microseconds(micros - event.recorded_at.timestamp_micros());
            }
        }
    }
}

fn forge_payload(event: &mut RecordedEvent) {
    event.payload = r#"{"type":"app.renamed","name":"forged"}"#.into();
}

fn reindex(items: &mut [Item]) {
    items.iter_mut().zip(0..).for_each(|(item, index)| item.index = index);
}

fn after(items: &[Item], place: usize) -> u64 {
    place.checked_sub(1).map_or(0, |before| items[before].event.position)
}

/// A change of one line, with nothing else adapted.
fn change_line(log: &mut Log, place: usize, kind: usize, numbers: &mut Numbers) -> Expected {
    let item = &mut log.items[place];
    let index = item.index;
    match kind {
        0 => flip_member(&mut item.event, numbers),
        1 => flip_number(&mut item.event.position, numbers),
        2 => flip_digest(&mut item.leaf, numbers),
        3 => {
            flip_digest(&mut item.chain, numbers);
            return Expected::Unchained(item.event.position);
        }
        4 => {
            flip_number(&mut item.index, numbers);
            return Expected::Around(item.event.position);
        }
        // Renumbering from here to the end.
        _ => log.items[place..].iter_mut().for_each(|item| item.event.position += 1),
    }
    Expected::Changed { index, position: log.items[place].event.position }
}

/// A change of one event with as much beside it as `kind` says.
fn change_with_hashes(log: &mut Log, place: usize, kind: usize, numbers: &mut Numbers) -> Expected {
    let position = log.items[place].event.position;
    let before = log.items[place].clone();
    while leaf(&log.items[place].event).is_err() || !differs(&before.event, &log.items[place].event) {
        log.items[place].event = before.event.clone();
        flip_member(&mut log.items[place].event, numbers);
    }
    if kind == 2 {
        log.items[place].event = before.event;
        forge_payload(&mut log.items[place].event);
    }
    let events = log.items.iter().map(|item| item.event.clone());
    let consistent = stored(events);
    match kind {
        0 => log.items[place].leaf = consistent[place].leaf,
        1 => log.items[place] = consistent[place].clone(),
        // With every later chain: only the tree remembers.
        _ => {
            log.items = consistent;
            let good = log.checkpoints.iter().rev().find(|good| good.size <= place as u64);
            let bad = log.checkpoints.iter().find(|bad| bad.size > place as u64).unwrap();
            return Expected::Exactly(Finding::WrongRoot {
                size: bad.size,
                good_size: good.map_or(0, |good| good.size),
                after: good.map_or(0, |good| good.position),
                position: bad.position,
            });
        }
    }
    Expected::Around(position)
}

fn delete(log: &mut Log, place: usize, renumbered: bool) -> Expected {
    let (gone, before) = (log.items.remove(place), after(&log.items, place));
    if renumbered {
        reindex(&mut log.items);
        return Expected::Around(gone.event.position);
    }
    let Some(next) = log.items.get(place) else {
        let wanted = log.checkpoints.iter().find(|checkpoint| checkpoint.size > place as u64).unwrap();
        let (size, position) = (wanted.size, wanted.position);
        return Expected::Exactly(Finding::CutOff { wanted: size, have: place as u64, after: before, position });
    };
    let before_next = next.event.position;
    Expected::Exactly(Finding::MissingEvent { index: gone.index, count: 1, after: before, before: before_next })
}

fn insert(log: &mut Log, kind: usize, numbers: &mut Numbers) -> Expected {
    let place = numbers.below(log.items.len() + 1);
    let item = match kind {
        // A line of the log once more.
        0 => log.items[numbers.below(log.items.len())].clone(),
        _ => {
            let event = forged(log, place, numbers);
            let before = log.items[..place].iter().map(|item| item.event.clone());
            stored(before.chain([event])).remove(place)
        }
    };
    let position = item.event.position;
    log.items.insert(place, item);
    if kind == 2 {
        reindex(&mut log.items);
    }
    Expected::Around(position)
}

fn swap(log: &mut Log, kind: usize, numbers: &mut Numbers) -> Expected {
    let one = numbers.below(log.items.len() - 1);
    let other = one + 1 + numbers.below(log.items.len() - one - 1);
    let (index, before, position) = (one as u64, after(&log.items, one), log.items[other].event.position);
    let events = (log.items[one].event.clone(), log.items[other].event.clone());
    match kind {
        // Whole lines.
        0 => {
            log.items.swap(one, other);
            Expected::Exactly(Finding::OutOfOrder { index, after: before, position })
        }
        // Whole lines, and the indexes stay.
        1 => {
            log.items.swap(one, other);
            reindex(&mut log.items);
            Expected::Around(position)
        }
        // The events, and the hashes stay.
        _ => {
            (log.items[other].event, log.items[one].event) = events;
            Expected::Changed { index, position }
        }
    }
}

/// The newest events are gone, and one or all of the checkpoints that were made after them are still known.
fn cut(log: &mut Log, numbers: &mut Numbers) -> Expected {
    let have = numbers.below(log.items.len());
    log.items.truncate(have);
    let mut newer: Vec<_> = log.checkpoints.iter().filter(|checkpoint| checkpoint.size > have as u64).collect();
    if numbers.below(2) == 0 {
        newer = vec![newer[numbers.below(newer.len())]];
        log.notes = newer.iter().map(|checkpoint| sign(checkpoint)).collect();
    }
    let (wanted, position) = (newer[0].size, newer[0].position);
    Expected::Exactly(Finding::CutOff { wanted, have: have as u64, after: after(&log.items, have), position })
}

fn replace_checkpoint(log: &mut Log, kind: usize, numbers: &mut Numbers) -> Expected {
    let number = numbers.below(log.notes.len());
    let good = log.checkpoints[number].clone();
    let size = good.size;
    let other = Checkpoint { root: Digest::of_leaf(b"other"), ..good.clone() };
    let (note, expected) = match kind {
        0 => (good.sign(&[&signer(2)]).unwrap().to_string(), Expected::Exactly(Finding::UnknownKey { size })),
        // Another text under the old signature.
        1 => {
            let text = log.notes[number].replace(&good.root.to_base64(), &other.root.to_base64());
            (text, Expected::Exactly(Finding::BadSignature { size }))
        }
        // The signature of another key under our name and id.
        2 => {
            let foreign: Note = good.sign(&[&signer(2)]).unwrap();
            let mut bytes = signer(1).verifier().id().to_vec();
            bytes.extend(&foreign.signatures()[0].signature);
            let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
            let text = format!("{}\n\u{2014} {} {encoded}\n", foreign.text(), good.origin);
            (text, Expected::Exactly(Finding::BadSignature { size }))
        }
        3 => {
            let other = Checkpoint { origin: "other.example/log".into(), ..good };
            (sign(&other), Expected::Exactly(Finding::WrongOrigin { size, origin: other.origin }))
        }
        // A second history, signed by ourselves.
        4 => {
            let before = number.checked_sub(1).map(|before| &log.checkpoints[before]);
            let (good_size, after) = before.map_or((0, 0), |good| (good.size, good.position));
            let position = good.position;
            (sign(&other), Expected::Exactly(Finding::WrongRoot { size, good_size, after, position }))
        }
        5 => {
            let stated = good.position + 1;
            let position = good.position;
            let found = Finding::WrongPosition { size, stated, position };
            (sign(&Checkpoint { position: stated, ..good }), Expected::Exactly(found))
        }
        _ => {
            let mut note = log.notes[number].clone();
            flip(&mut note, numbers);
            (note, Expected::Checkpoint)
        }
    };
    log.notes[number] = note;
    expected
}

fn change(log: &mut Log, numbers: &mut Numbers) -> (String, Expected) {
    let place = numbers.below(log.items.len());
    let family = numbers.below(if log.items.len() > 1 { 7 } else { 6 });
    let kind = numbers.below(7);
    let expected = match family {
        0 => change_line(log, place, kind % 6, numbers),
        1 => change_with_hashes(log, place, kind % 3, numbers),
        2 => delete(log, place, kind.is_multiple_of(2)),
        3 => insert(log, kind % 3, numbers),
        4 => cut(log, numbers),
        5 => replace_checkpoint(log, kind, numbers),
        _ => swap(log, kind % 3, numbers),
    };
    (format!("family {family}, kind {kind}, place {place}"), expected)
}

#[test]
fn every_single_change_is_found_in_its_place() {
    for seed in 0..500 {
        let mut numbers = Numbers(seed);
        let log = random(&mut numbers);
        for _ in 0..20 {
            let mut changed = log.clone();
            let (what, expected) = change(&mut changed, &mut numbers);
            let Err(found) = verify(&changed.items, &changed.notes) else {
                panic!("seed {seed}, {what}: not found");
            };
            assert!(expected.is_met_by(&found), "seed {seed}, {what}: {found:?}");
        }
    }
}

#[test]
fn untouched_logs_raise_no_alarm() {
    for seed in 0..1_000 {
        let log = random(&mut Numbers(1_000_000 + seed));
        let verified = verify(&log.items, &log.notes);
        assert_eq!(verified.map(|verified| verified.sealed), Ok(log.checkpoints.last().cloned()), "seed {seed}");
    }
}
