//! The check finds each fault that somebody puts into a good ledger or a good log, and none in those as they were.

use serde_json::{Value, json};

use super::{Fault, check, tally};
use crate::book::Line;
use crate::command::{Command, Kind, fingerprint};

fn ask(id: u64, command: Command) -> Line {
    Line::Invoke { id, key: None, command, wrong: false }
}

fn done(id: u64, answer: Value) -> Line {
    Line::Ok { id, answer }
}

fn unknown(id: u64) -> Line {
    Line::Info { id, why: "503".to_owned() }
}

fn refresh() -> Command {
    Command::Refresh { challenge: "c".to_owned() }
}

fn register(name: &str) -> Command {
    Command::Register { name: name.to_owned() }
}

fn rotate() -> Command {
    Command::Rotate { app_id: "a".to_owned() }
}

/// What somebody was answered.
fn ledger() -> Vec<Line> {
    let challenge = || "c".to_owned();
    vec![
        ask(1, register("one")),
        done(1, json!({"app": {"id": "a"}})),
        ask(2, rotate()),
        done(2, json!({"client_secret": "s"})),
        ask(3, rotate()),
        unknown(3),
        Line::Invoke { id: 4, key: None, command: register("wrong"), wrong: true },
        Line::Fail { id: 4, status: 400 },
        ask(5, Command::Consent { challenge: challenge() }),
        done(5, json!({"location": "x"})),
        ask(6, Command::Exchange { challenge: challenge() }),
        done(6, json!({"refresh_token": "r1"})),
        ask(7, refresh()),
        unknown(7),
        ask(8, refresh()),
        done(8, json!({"refresh_token": "r2"})),
        ask(9, Command::Change { app_id: "a".to_owned(), description: "d".to_owned() }),
        unknown(9),
        ask(10, Command::Create { name: "record".to_owned() }),
        done(10, json!({})),
        ask(11, Command::Revoke { app_id: "a".to_owned() }),
        done(11, json!({})),
    ]
}

fn event(position: u64, (kind, stream): (&str, &str), data: Value) -> Value {
    json!({"position": position, "event_type": kind, "aggregate_id": stream, "payload": data})
}

/// What came of it.
fn log() -> Vec<Value> {
    vec![
        event(3, ("app.registered", "a"), json!({"name": "one"})),
        event(4, ("app.secret_rotated", "a"), json!({"secret": {"sha256": fingerprint("s")}})),
        event(5, ("authorization.code_issued", "x"), json!({"code_challenge": "c"})),
        event(6, ("authorization.code_redeemed", "x"), json!({})),
        event(7, ("authorization.refreshed", "x"), json!({"generation": 2})),
        event(9, ("app.revoked", "a"), json!({})),
    ]
}

fn faults(lines: &[Line], events: &[Value]) -> Vec<Fault> {
    check(lines, events, &["record".to_owned()])
}

#[test]
fn a_ledger_and_the_log_that_came_of_it_are_right() {
    assert_eq!(faults(&ledger(), &log()), []);
    let mut more = log();
    // What nobody answered to may have happened: the rotation of line 3 and the change of line 9.
    more.push(event(8, ("app.secret_rotated", "a"), json!({"secret": {"sha256": "x"}})));
    more.push(event(10, ("app.details_changed", "a"), json!({"description": "d"})));
    assert_eq!(faults(&ledger(), &more), []);
}

#[test]
fn what_was_acknowledged_is_counted_by_its_kind() {
    let (acknowledged, unknown) = tally(&ledger());
    let once = [Kind::Registered, Kind::Rotated, Kind::Revoked, Kind::Consented, Kind::Exchanged];
    let once = once.into_iter().chain([Kind::Refreshed, Kind::Created]);
    assert_eq!((acknowledged, unknown), (once.map(|kind| (kind, 1)).collect(), 3));
}

#[test]
fn an_acknowledged_command_without_its_effect_is_found() {
    let subjects = [
        (Kind::Registered, "one"),
        (Kind::Rotated, "a"),
        (Kind::Consented, "c"),
        (Kind::Exchanged, "c"),
        (Kind::Refreshed, "c"),
        (Kind::Revoked, "a"),
    ];
    for (lost, (kind, subject)) in subjects.into_iter().enumerate() {
        let mut events = log();
        events.remove(lost);
        assert!(faults(&ledger(), &events).contains(&Fault::Lost(kind, subject.to_owned())), "{kind:?}");
    }
    assert_eq!(check(&ledger(), &log(), &[]), [Fault::Lost(Kind::Created, "record".to_owned())]);
}

#[test]
fn an_effect_of_another_secret_or_app_is_not_the_one_that_was_acknowledged() {
    for (at, pointer, kind, subject) in
        [(0, "/aggregate_id", Kind::Registered, "one"), (1, "/payload/secret/sha256", Kind::Rotated, "a")]
    {
        let mut events = log();
        *events[at].pointer_mut(pointer).unwrap() = json!("other");
        assert!(faults(&ledger(), &events).contains(&Fault::Lost(kind, subject.to_owned())), "{kind:?}");
    }
}

#[test]
fn an_effect_that_happened_twice_is_found() {
    for (doubled, kind) in [(0, Kind::Registered), (2, Kind::Consented), (3, Kind::Exchanged), (5, Kind::Revoked)] {
        let mut events = log();
        events.push(events[doubled].clone());
        assert!(matches!(faults(&ledger(), &events)[..], [Fault::Doubled(found, _)] if found == kind), "{kind:?}");
    }
    // One rotation is acknowledged and one is not known, so a third is too many; likewise of the refreshes.
    for (repeated, kind) in [(1, Kind::Rotated), (4, Kind::Refreshed)] {
        let mut events = log();
        events.extend([events[repeated].clone(), events[repeated].clone()]);
        assert!(matches!(faults(&ledger(), &events)[..], [Fault::Doubled(found, _)] if found == kind), "{kind:?}");
    }
    let twice = ["record".to_owned(), "record".to_owned()];
    assert_eq!(check(&ledger(), &log(), &twice), [Fault::Doubled(Kind::Created, "record".to_owned())]);
}

#[test]
fn an_effect_of_what_was_refused_is_found() {
    let mut events = log();
    events.push(event(10, ("app.registered", "b"), json!({"name": "wrong"})));
    assert_eq!(faults(&ledger(), &events), [Fault::Done(Kind::Registered, "wrong".to_owned())]);
}

#[test]
fn an_effect_that_nobody_asked_for_is_found() {
    let mut events = log();
    events.push(event(10, ("app.revoked", "b"), json!({})));
    events.push(event(11, ("authorization.ended", "x"), json!({"reason": "code_replayed"})));
    let ended = Fault::Ended("c: code_replayed".to_owned());
    assert_eq!(faults(&ledger(), &events), [ended, Fault::Unasked(Kind::Revoked, "b".to_owned())]);
}

#[test]
fn an_effect_before_what_was_acknowledged_before_it_is_found() {
    let mut events = log();
    events[5]["position"] = json!(2);
    assert_eq!(faults(&ledger(), &events), [Fault::Early(Kind::Revoked, "a".to_owned())]);
}

#[test]
fn a_wrong_answer_is_found() {
    let mut taken = ledger();
    taken[7] = done(4, json!({"app": {"id": "b"}}));
    assert!(faults(&taken, &log()).contains(&Fault::Taken(Kind::Registered, "wrong".to_owned())));
    let mut refused = ledger();
    refused[5] = Line::Fail { id: 3, status: 401 };
    assert_eq!(faults(&refused, &log()), [Fault::Refused(401, Kind::Rotated, "a".to_owned())]);
    let mut broken = ledger();
    broken[5] = Line::Info { id: 3, why: "500: oh".to_owned() };
    assert_eq!(faults(&broken, &log()), [Fault::Answer("500: oh".to_owned())]);
}
