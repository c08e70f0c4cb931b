//! Verdicts that single changes do not reach, and what the verifier says about a log without fault.

use chrono::TimeDelta;

use super::logs::{Numbers, random, sealed, stored, trust, verify};
use crate::evidence::{Finding, Span, Verifier};
use crate::log::RecordedEvent;

fn log_of(count: usize) -> Vec<RecordedEvent> {
    let log = (0..).map(|seed| random(&mut Numbers(seed))).find(|log| log.items.len() >= count).unwrap();
    log.items.into_iter().take(count).map(|item| item.event).collect()
}

#[test]
fn an_empty_log_is_right_until_somebody_signed_an_event() {
    let verified = verify(&[], &[]).unwrap();
    assert_eq!((verified.size, verified.position, verified.sealed), (0, 0, None));
    let log = random(&mut Numbers(1));
    let first = &log.checkpoints[0];
    let cut = Finding::CutOff { wanted: first.size, have: 0, after: 0, position: first.position };
    assert_eq!(verify(&[], &log.notes), Err(cut));
}

#[test]
fn events_behind_the_last_checkpoint_are_right_and_unsealed() {
    let log = sealed(stored(log_of(6)), |size| size == 4);
    let mut verifier = Verifier::new(&trust(), log.notes.iter().map(String::as_str));
    log.items.iter().for_each(|item| verifier.feed(item));
    assert_eq!(verifier.found(), None);
    let verified = verifier.finish().unwrap();
    assert_eq!(verified.sealed.as_ref(), log.checkpoints.last());
    let (after, position) = (log.items[3].event.position, log.items[5].event.position);
    assert_eq!(verified.require_sealed(), Err(Finding::Unsealed { size: 6, sealed: 4, after, position }));
}

#[test]
fn the_order_and_the_number_of_checkpoints_do_not_matter() {
    let log = sealed(stored(log_of(6)), |_| true);
    let mut notes = log.notes.clone();
    notes.extend(log.notes);
    notes.reverse();
    assert!(verify(&log.items, &notes).is_ok());
}

#[test]
fn a_clock_that_ran_back_is_found_when_all_hashes_agree() {
    let mut events = log_of(6);
    events[3].recorded_at += TimeDelta::hours(1);
    let (after, position) = (events[3].position, events[4].position);
    let log = sealed(stored(events), |size| size == 6);
    let found = verify(&log.items, &log.notes).unwrap_err();
    assert_eq!(found, Finding::TimeRunsBack { position, after });
    assert_eq!(found.span(), Some(Span { first: after, last: position }));
}

#[test]
fn positions_that_stand_still_are_found_when_all_hashes_agree() {
    let mut events = log_of(6);
    events[3].position = events[2].position;
    let (after, position) = (events[2].position, events[3].position);
    let log = sealed(stored(events), |size| size == 6);
    assert_eq!(verify(&log.items, &log.notes), Err(Finding::OutOfOrder { index: 3, after, position }));
}

#[test]
fn sequences_that_are_not_dense_are_found_when_all_hashes_agree() {
    for sequence in [2, 0] {
        let mut events = log_of(1);
        events[0].sequence = sequence;
        let position = events[0].position;
        let log = sealed(stored(events), |_| true);
        let found = verify(&log.items, &log.notes);
        assert_eq!(found, Err(Finding::SequenceGap { position, after: 0, wanted: 1, have: sequence }));
    }
    let mut events = log_of(2);
    let again = events[0].clone();
    events[1] = RecordedEvent { position: again.position + 1, recorded_at: again.recorded_at, ..again };
    let first = events[0].position;
    let log = sealed(stored(events), |size| size == 2);
    let found = verify(&log.items, &log.notes);
    assert_eq!(found, Err(Finding::DuplicateSequence { position: first + 1, first, sequence: 1 }));
}

#[test]
fn what_comes_first_in_the_log_is_what_is_found() {
    let log = sealed(stored(log_of(10)), |size| size % 2 == 0);
    let mut items = log.items.clone();
    items[7].event.payload = "{}".into();
    let second = Finding::ChangedEvent { index: 7, position: items[7].event.position };
    assert_eq!(verify(&items, &log.notes), Err(second));
    items[2].event.payload = "not JSON".into();
    let found = verify(&items, &log.notes).unwrap_err();
    assert!(matches!(found, Finding::UnreadableEvent { index: 2, .. }), "{found:?}");
    // A checkpoint that nobody has to believe does not hide it.
    let notes: Vec<_> = log.notes.iter().map(|note| note.replace("position", "Position")).collect();
    assert!(matches!(verify(&items, &notes), Err(Finding::UnreadableEvent { index: 2, .. })));
    assert!(matches!(verify(&log.items, &notes), Err(Finding::MalformedCheckpoint { number: 0, .. })));
}
