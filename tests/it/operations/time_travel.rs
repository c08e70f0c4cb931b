//! What an app could do at a moment, against a model that is written the other way round: no fold, but for each member a
//! look back through the stored payloads for whoever set it last.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use routix_domain::history::{AppHistory, AppThen, Moment};
use routix_domain::log::RecordedEvent;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::Dice;
use routix_test_history::History;

const SEEDS: u64 = 4;
const EVENTS: usize = 2_500;
const MOMENTS: usize = 2_500;

/// A member's name and id, its value, and the position of the event that made it so.
type State = BTreeMap<(String, Option<String>), (Value, u64)>;

/// One stored event, as far as the model looks at it.
#[derive(Clone, Debug)]
struct Stored {
    position: u64,
    stream: String,
    kind: String,
    recorded_at: DateTime<Utc>,
    payload: Value,
}

impl Stored {
    fn is(&self, kinds: &[&str]) -> bool {
        kinds.contains(&self.kind.as_str())
    }

    fn time(&self, name: &str) -> DateTime<Utc> {
        self.payload[name].as_str().unwrap().parse().unwrap()
    }
}

/// The events of a random history, recorded soon after they were decided; some of them at the same microsecond.
fn recorded(seed: u64) -> Vec<RecordedEvent> {
    let mut dice = Dice::seeded(seed + 100);
    let mut now = DateTime::UNIX_EPOCH + TimeDelta::days(20_500);
    let events = History::of(seed, EVENTS).appends.into_iter().flatten();
    (1..)
        .zip(events)
        .map(|(number, event)| {
            let decided =
                ["registered_at", "rotated_at", "ended_at"].iter().find_map(|name| event.payload[name].as_str());
            now = decided.map_or(now, |time| now.max(time.parse().unwrap()));
            now += TimeDelta::microseconds(i64::try_from(dice.below(3)).unwrap());
            RecordedEvent {
                position: number * 2,
                event_id: Uuid::from_u128(number.into()),
                aggregate_type: event.aggregate_type,
                aggregate_id: event.aggregate_id,
                sequence: event.sequence.try_into().unwrap(),
                event_type: event.event_type,
                event_version: event.event_version,
                payload: event.payload.to_string(),
                metadata: event.metadata.to_string(),
                recorded_at: now,
            }
        })
        .collect()
}

/// The event that set a value last and the first of those that set it to the same, looking back.
fn last_setter<T: PartialEq>(events: &[&Stored], set: impl Fn(&Stored) -> Option<T>) -> (T, u64) {
    let mut setters = events.iter().rev().filter_map(|event| Some((set(event)?, event.position)));
    let (value, mut since) = setters.next().unwrap();
    for (before, position) in setters {
        if before != value {
            break;
        }
        since = position;
    }
    (value, since)
}

/// What the payloads say of an app, given the events that count and the time at which secrets are judged.
fn model(app: &[&Stored], consents: &[&Stored], time: DateTime<Utc>) -> Option<State> {
    app.first()?;
    let mut state = State::new();
    let mut put = |name: &str, id: Option<String>, value: Value, since: u64| {
        state.insert((name.to_owned(), id), (value, since));
    };
    for (name, kind) in [
        ("name", "app.details_changed"),
        ("description", "app.details_changed"),
        ("homepage_url", "app.details_changed"),
        ("client_type", "app.registered"),
        ("redirect_uris", "app.redirect_uris_changed"),
        ("allowed_scopes", "app.scopes_changed"),
        ("allowed_branches", "app.branch_restriction_changed"),
        ("token_lifetime", "app.token_lifetime_changed"),
        ("refresh_authentication", "app.refresh_authentication_changed"),
    ] {
        let set = |event: &Stored| event.is(&["app.registered", kind]).then(|| event.payload[name].clone());
        let (value, since) = last_setter(app, set);
        put(name, None, value, since);
    }
    let status = |event: &Stored| match event.kind.as_str() {
        "app.registered" | "app.reactivated" => Some("active"),
        "app.revoked" => Some("revoked"),
        _ => None,
    };
    let (value, since) = last_setter(app, status);
    put("status", None, json!(value), since);
    let epoch = |event: &Stored| match event.kind.as_str() {
        "app.registered" => Some(json!(0)),
        "app.tokens_cut_off" => Some(event.payload["token_epoch"].clone()),
        _ => None,
    };
    let (value, since) = last_setter(app, epoch);
    put("token_epoch", None, value, since);
    let revoked: Vec<_> = app.iter().filter(|event| event.is(&["app.token_revoked"])).collect();
    let since = revoked.last().map_or(app[0].position, |event| event.position);
    put("revoked_tokens", None, json!(revoked.len()), since);
    for (generation, value, since) in secrets(app, time) {
        put("secret", Some(generation.to_string()), value, since);
    }
    let streams: BTreeSet<&str> = consents.iter().map(|event| event.stream.as_str()).collect();
    for stream in streams {
        let events: Vec<_> = consents.iter().copied().filter(|event| event.stream == stream).collect();
        let ended = events.iter().rposition(|event| event.is(&["consent.withdrawn"]));
        let in_force = &events[ended.map_or(0, |index| index + 1)..];
        let Some(first) = in_force.first() else { continue };
        let scopes = |event: &Stored| {
            let list = event.payload["scopes"].as_array().unwrap();
            Some(list.iter().map(|scope| scope.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>())
        };
        let (_, since) = last_setter(in_force, scopes);
        let value = json!({
            "user_id": first.payload["user_id"],
            "organization_id": first.payload["organization_id"],
            "scopes": in_force.last().unwrap().payload["scopes"],
            "granted_at": first.recorded_at,
        });
        put("consent", Some(stream.to_owned()), value, since);
    }
    Some(state)
}

/// Each secret, when it ends, and which event said so: the rotation behind it, or whatever cut its overlap short.
fn secrets(app: &[&Stored], time: DateTime<Utc>) -> Vec<(usize, Value, u64)> {
    let makes =
        |event: &&&Stored| event.is(&["app.registered", "app.secret_rotated"]) && !event.payload["secret"].is_null();
    let made: Vec<&Stored> = app.iter().filter(makes).copied().collect();
    let secret = |index: usize| {
        let (own, next) = (made[index], made.get(index + 1));
        let created_at = own.time(if index == 0 { "registered_at" } else { "rotated_at" });
        let (mut end, mut ended, mut since) = (None, false, own.position);
        if let Some(next) = next {
            let (rotated_at, until) = (next.time("rotated_at"), next.time("previous_valid_until"));
            (end, ended, since) = (Some(until.max(rotated_at)), until <= rotated_at, next.position);
            let enders = ["app.secret_rotated", "app.secret_overlap_ended"];
            let ender = app.iter().find(|event| event.position > next.position && event.is(&enders));
            if let Some(ender) = ender.filter(|_| !ended) {
                let cut = ender.time(if ender.is(&enders[..1]) { "rotated_at" } else { "ended_at" });
                ended = true;
                if cut < until {
                    (end, since) = (Some(cut), ender.position);
                }
            }
        }
        let valid = !ended && end.is_none_or(|end| time < end);
        let last4 = &own.payload["secret"]["last4"];
        (index + 1, json!({"last4": last4, "created_at": created_at, "ends_at": end, "valid": valid}), since)
    };
    (0..made.len()).map(secret).collect()
}

/// What the program says, in the form of the model.
fn told(then: &AppThen, events: &[RecordedEvent]) -> State {
    let member = |known: &routix_domain::history::MemberThen| {
        let event = &events[usize::try_from(known.since.position / 2 - 1).unwrap()];
        assert_eq!(event.metadata().unwrap().actor, known.since.actor);
        assert_eq!((event.sequence, event.recorded_at), (known.since.sequence, known.since.recorded_at));
        let value = serde_json::to_value(&known.value).unwrap();
        ((known.member.name().to_owned(), known.member.id()), (value, known.since.position))
    };
    then.members.iter().map(member).collect()
}

/// One app as both sides know it.
struct Subject {
    history: AppHistory,
    app: Vec<Stored>,
    consents: Vec<Stored>,
}

impl Subject {
    fn of(app_id: &str, events: &[RecordedEvent]) -> Self {
        let stored = |event: &RecordedEvent| Stored {
            position: event.position,
            stream: event.aggregate_id.clone(),
            kind: event.event_type.clone(),
            recorded_at: event.recorded_at,
            payload: serde_json::from_str(&event.payload).unwrap(),
        };
        let of_type = |kind: &str| -> Vec<Stored> {
            events.iter().filter(|event| event.aggregate_type == kind).map(stored).collect()
        };
        let own = of_type("app").into_iter().filter(|event| event.stream == app_id).collect();
        let all = of_type("consent");
        let streams: BTreeSet<_> =
            all.iter().filter(|event| event.payload["app_id"] == app_id).map(|event| event.stream.clone()).collect();
        let consents = all.into_iter().filter(|event| streams.contains(&event.stream)).collect();
        let ours = |event: &&RecordedEvent| event.aggregate_id == app_id || streams.contains(&event.aggregate_id);
        let ours = events.iter().filter(ours).cloned().collect();
        let history = AppHistory::of(app_id.parse().unwrap(), ours).unwrap();
        Self { history, app: own, consents }
    }

    /// A time near something that happened, or to happen, or anywhere.
    fn any_time(&self, dice: &mut Dice, events: &[RecordedEvent]) -> DateTime<Utc> {
        let near = TimeDelta::microseconds(i64::try_from(dice.below(3)).unwrap() - 1);
        let ends: Vec<_> = self.app.iter().filter(|event| event.is(&["app.secret_rotated"])).collect();
        match dice.below(4) {
            0 if !ends.is_empty() => dice.pick(&ends).time("previous_valid_until") + near,
            0 | 1 => dice.pick(&self.app).recorded_at + near,
            2 if !self.consents.is_empty() => dice.pick(&self.consents).recorded_at + near,
            _ => dice.pick(events).recorded_at,
        }
    }

    fn expected(&self, counts: impl Fn(&Stored) -> bool, time: DateTime<Utc>) -> Option<State> {
        let [app, consents] =
            [&self.app, &self.consents].map(|all| all.iter().filter(|it| counts(it)).collect::<Vec<_>>());
        model(&app, &consents, time)
    }
}

#[test]
fn p9_every_moment_is_what_an_independent_model_says() {
    let (mut there, mut with_consents, mut overlapping) = (0, 0, 0);
    for seed in 1..=SEEDS {
        let events = recorded(seed);
        let ids: BTreeSet<&str> =
            events.iter().filter(|it| it.aggregate_type == "app").map(|event| event.aggregate_id.as_str()).collect();
        let subjects: Vec<_> = ids.into_iter().map(|id| Subject::of(id, &events)).collect();
        let mut dice = Dice::seeded(seed);
        for _ in 0..MOMENTS {
            let subject = dice.pick(&subjects);
            let time = subject.any_time(&mut dice, &events);
            let expected = subject.expected(|event| event.recorded_at <= time, time);
            let found = subject.history.then(Moment::Time(time)).map(|then| told(&then, &events));
            assert_eq!(found, expected, "seed {seed} at {time}");
            let Some(state) = found else { continue };
            there += 1;
            with_consents += usize::from(state.keys().any(|(name, _)| name == "consent"));
            let valid = state.values().filter(|(value, _)| value["valid"] == true).count();
            overlapping += usize::from(valid > 1);
        }
        for subject in &subjects {
            for (sequence, event) in (1..).zip(&subject.app) {
                let expected = subject.expected(|other| other.position <= event.position, event.recorded_at);
                let [by_sequence, by_position] = [Moment::Sequence(sequence), Moment::Position(event.position)]
                    .map(|moment| subject.history.then(moment).map(|then| told(&then, &events)));
                assert_eq!((&by_sequence, &by_position), (&expected, &expected), "seed {seed}, {event:?}");
            }
        }
    }
    assert!(there > 5_000 && with_consents > 500 && overlapping > 500, "{there} {with_consents} {overlapping}");
}
