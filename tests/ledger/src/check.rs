//! The ledger is held to what is there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::book::Line;
use crate::command::{Command, Kind, Subject};
use crate::door::{LATER, SILENCE};

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Acknowledged, and not there.
    Lost(Kind, String),
    /// There more often than it was asked for.
    Doubled(Kind, String),
    /// Refused, and there.
    Done(Kind, String),
    /// There, and nobody asked for it.
    Unasked(Kind, String),
    /// It is before something that was acknowledged before anybody asked for it.
    Early(Kind, String),
    /// It was right, and was refused with this status.
    Refused(u16, Kind, String),
    /// It was wrong, and was acknowledged.
    Taken(Kind, String),
    /// No answer that a service may give.
    Answer(String),
    /// An authorization ended, and nobody asked for that.
    Ended(String),
}

/// Something that happened.
struct Effect {
    /// Where it is in the log; records are not in it.
    position: Option<u64>,
    /// By which the command whose effect it is can be told.
    mark: String,
}

/// What was asked for, what was said to it and what is there, of one subject.
#[derive(Default)]
struct Account {
    /// The line on which each was asked for first, and of each acknowledgement the lines of both, and the mark.
    invoked: Option<usize>,
    acknowledged: Vec<(usize, usize, Option<String>)>,
    refused: usize,
    unknown: usize,
    effects: Vec<Effect>,
}

/// Holds a ledger to the events of `routix events export` and to the names of the records that there are.
///
/// # Panics
/// When they are none.
pub fn check(lines: &[Line], events: &[Value], records: &[String]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut accounts: BTreeMap<Subject, Account> = BTreeMap::new();
    read_ledger(lines, &mut accounts, &mut faults);
    read_log(events, &mut accounts, &mut faults);
    for name in records {
        let effect = Effect { position: None, mark: name.clone() };
        accounts.entry((Kind::Created, name.clone())).or_default().effects.push(effect);
    }
    for ((kind, subject), account) in &accounts {
        faults.extend(account.fault(*kind).map(|fault| fault(*kind, subject.clone())));
    }
    faults.extend(out_of_order(lines, &accounts));
    faults
}

/// How many commands of each kind were acknowledged, and how many of them all have an outcome that nobody knows.
pub fn tally(lines: &[Line]) -> (BTreeMap<Kind, usize>, usize) {
    let (mut kinds, mut acknowledged, mut unknown) = (BTreeMap::new(), BTreeMap::new(), 0);
    for line in lines {
        match line {
            Line::Invoke { id, command, .. } => drop(kinds.insert(*id, command.kind())),
            Line::Ok { id, .. } => *acknowledged.entry(kinds[id]).or_default() += 1,
            Line::Info { .. } => unknown += 1,
            Line::Fail { .. } => {}
        }
    }
    (acknowledged, unknown)
}

fn read_ledger(lines: &[Line], accounts: &mut BTreeMap<Subject, Account>, faults: &mut Vec<Fault>) {
    let mut open: BTreeMap<u64, (usize, Command, bool)> = BTreeMap::new();
    for (number, line) in lines.iter().enumerate() {
        match line {
            Line::Invoke { id, command, wrong, .. } => {
                accounts.entry(command.subject()).or_default().invoked.get_or_insert(number);
                open.insert(*id, (number, command.clone(), *wrong));
            }
            Line::Ok { id, answer } => {
                let (invoked, command, wrong) = open.remove(id).unwrap();
                let (kind, subject) = command.subject();
                let account = accounts.entry(command.subject()).or_default();
                account.acknowledged.push((invoked, number, command.mark(answer)));
                faults.extend(wrong.then_some(Fault::Taken(kind, subject)));
            }
            Line::Fail { id, status } => {
                let (_, command, wrong) = open.remove(id).unwrap();
                accounts.entry(command.subject()).or_default().refused += 1;
                let (kind, subject) = command.subject();
                faults.extend((!wrong).then_some(Fault::Refused(*status, kind, subject)));
            }
            Line::Info { id, why } => {
                let (_, command, _) = open.remove(id).unwrap();
                accounts.entry(command.subject()).or_default().unknown += 1;
                let is_known = why == LATER || why.starts_with(SILENCE);
                faults.extend((!is_known).then(|| Fault::Answer(why.clone())));
            }
        }
    }
    // Whoever was sent home before his answer came does not know it either.
    for (_, command, _) in open.into_values() {
        accounts.entry(command.subject()).or_default().unknown += 1;
    }
}

fn read_log(events: &[Value], accounts: &mut BTreeMap<Subject, Account>, faults: &mut Vec<Fault>) {
    let mut challenges: BTreeMap<String, String> = BTreeMap::new();
    for event in events {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let stream = text("/aggregate_id");
        let challenge = || challenges.get(&stream).cloned().unwrap_or_else(|| stream.clone());
        let (subject, mark) = match event["event_type"].as_str().unwrap() {
            // The one that the person had before there was a ledger.
            "app.registered" if text("/payload/name") == "Records" => continue,
            "app.registered" => ((Kind::Registered, text("/payload/name")), stream),
            "app.secret_rotated" => ((Kind::Rotated, stream), text("/payload/secret/sha256")),
            "app.revoked" => ((Kind::Revoked, stream), String::new()),
            "app.details_changed" => {
                ((Kind::Changed, format!("{stream} {}", text("/payload/description"))), String::new())
            }
            "authorization.code_issued" => {
                let challenge = text("/payload/code_challenge");
                challenges.insert(stream, challenge.clone());
                ((Kind::Consented, challenge), String::new())
            }
            "authorization.code_redeemed" => ((Kind::Exchanged, challenge()), String::new()),
            "authorization.refreshed" => ((Kind::Refreshed, challenge()), String::new()),
            "authorization.ended" => {
                faults.push(Fault::Ended(format!("{}: {}", challenge(), text("/payload/reason"))));
                continue;
            }
            _ => continue,
        };
        let effect = Effect { position: event["position"].as_u64(), mark };
        accounts.entry(subject).or_default().effects.push(effect);
    }
}

impl Account {
    /// How often it must have happened at least, and at most.
    fn bounds(&self, kind: Kind) -> (usize, usize) {
        let shown: BTreeSet<_> = self.acknowledged.iter().map(|(_, _, mark)| mark).collect();
        if kind.is_repeated() {
            return (shown.len(), shown.len() + self.unknown);
        }
        let least = usize::from(!self.acknowledged.is_empty());
        (least, least.max(usize::from(self.unknown > 0)))
    }

    fn fault(&self, kind: Kind) -> Option<fn(Kind, String) -> Fault> {
        let (least, most) = self.bounds(kind);
        let there = self.effects.len();
        if self.invoked.is_none() {
            return Some(Fault::Unasked);
        }
        if there < least || self.acknowledged.iter().any(|(_, _, mark)| !self.is_there(kind, mark.as_deref())) {
            return Some(Fault::Lost);
        }
        if there <= most {
            return None;
        }
        Some(if most == 0 && self.refused > 0 { Fault::Done } else { Fault::Doubled })
    }

    /// Whether the effect is there that an acknowledgement was for, as far as it can be told from others.
    fn is_there(&self, kind: Kind, mark: Option<&str>) -> bool {
        match (kind, mark) {
            (Kind::Registered | Kind::Rotated, Some(mark)) => self.effects.iter().any(|effect| effect.mark == mark),
            (_, _) => true,
        }
    }

    /// Of each acknowledgement, the line on which it was asked for, that on which it was given, and where its effect is.
    fn placed(&self, kind: Kind) -> Vec<(usize, usize, u64)> {
        let place = |(invoked, answered, mark): &(usize, usize, Option<String>)| {
            let position = match (kind, mark) {
                (Kind::Rotated, Some(mark)) => self.effects.iter().find(|effect| effect.mark == *mark)?.position?,
                (Kind::Refreshed | Kind::Rotated | Kind::Created, _) => return None,
                (_, _) => self.effects.first()?.position?,
            };
            // One that was asked for several times may have happened the first time.
            let invoked = if kind.is_repeated() { *invoked } else { self.invoked.unwrap_or(*invoked) };
            Some((invoked, *answered, position))
        };
        self.acknowledged.iter().filter_map(place).collect()
    }
}

/// What was asked for after an acknowledgement comes after it in the log.
fn out_of_order(lines: &[Line], accounts: &BTreeMap<Subject, Account>) -> Vec<Fault> {
    let (mut asked, mut answered) = (BTreeMap::new(), BTreeMap::new());
    for ((kind, subject), account) in accounts {
        for (invoked, closed, position) in account.placed(*kind) {
            asked.insert(invoked, (*kind, subject, position));
            answered.insert(closed, position);
        }
    }
    let (mut faults, mut newest) = (Vec::new(), 0);
    for number in 0..lines.len() {
        if let Some((kind, subject, position)) = asked.get(&number)
            && *position < newest
        {
            faults.push(Fault::Early(*kind, (*subject).clone()));
        }
        newest = answered.get(&number).map_or(newest, |position| newest.max(*position));
    }
    faults
}

#[cfg(test)]
mod tests;
