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
    let found = verify(&log.items, &log.notes).unwrap_err();
    assert_eq!(found, Finding::OutOfOrder { index: 3, after, position });
    assert_eq!(found.span(), Some(Span { first: position, last: position }));
}

#[test]
fn an_event_whose_neighbours_go_on_as_if_it_were_there_is_not_missing() {
    let log = sealed(stored(log_of(6)), |size| size == 6);
    let position = |place: usize| log.items[place].event.position;
    let mut misnumbered = log.items.clone();
    misnumbered[1].index = 5;
    let out_of_order = Finding::OutOfOrder { index: 1, after: position(0), position: position(1) };
    let mut verifier = Verifier::new(&trust(), log.notes.iter().map(String::as_str));
    misnumbered.iter().for_each(|item| verifier.feed(item));
    assert_eq!(verifier.found(), Some(&out_of_order));
    assert_eq!(verifier.finish(), Err(out_of_order));
    // Here the one at 1 is gone, and that at 2 comes late.
    let late = [0, 3, 4, 2, 5].map(|place: usize| log.items[place].clone());
    let missing = Finding::MissingEvent { index: 1, count: 2, after: position(0), before: position(3) };
    assert_eq!(verify(&late, &log.notes), Err(missing));
}

#[test]
fn a_span_has_both_its_ends() {
    let span = Span { first: 3, last: 5 };
    assert_eq!((2..=6).filter(|position| span.contains(*position)).collect::<Vec<_>>(), [3, 4, 5]);
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
