//! Events, states and differences as JSON, the same for REST and the command line.

use chrono::{DateTime, SecondsFormat, Utc};
use routix_domain::history::{AsOf, Change, MemberThen, Since};
use routix_domain::log::Actor;
use routix_projections::app_history::HistoryRow;
use serde_json::{Value, json};

use super::people::ActorNames;

/// RFC 3339 in UTC, always with six digits: a copy of it names the very moment.
pub fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// An event as it was recorded, without digests. `name` is that of its actor, if it may be shown.
pub fn event(row: &HistoryRow, name: Option<&str>) -> Value {
    json!({
        "id": row.event_id,
        "position": row.position,
        "sequence": row.sequence,
        "type": row.event_type,
        "version": row.event_version,
        "recorded_at": timestamp(row.recorded_at),
        "actor": {"kind": row.actor_kind, "id": row.actor_id, "name": name},
        "authenticated_by": row.authenticated_by,
        "request_id": row.request_id,
        "data": row.data.0,
    })
}

/// The moment of a state. Its name says which clock is meant: when the log took the events, not when somebody sent them.
pub fn as_of(as_of: &AsOf) -> Value {
    json!({"recorded_until": timestamp(as_of.time), "position": as_of.position, "sequence": as_of.sequence})
}

/// Which event it was, when, and who did it.
pub fn since(since: &Since, names: &ActorNames) -> Value {
    json!({
        "position": since.position,
        "sequence": since.sequence,
        "recorded_at": timestamp(since.recorded_at),
        "actor": actor(&since.actor, names),
    })
}

fn actor(actor: &Actor, names: &ActorNames) -> Value {
    json!({"kind": actor.kind(), "id": actor.id(), "name": names.of(actor)})
}

/// A member of a state.
pub fn member(known: &MemberThen, names: &ActorNames) -> Value {
    json!({
        "member": known.member.name(),
        "id": known.member.id(),
        "value": known.value,
        "since": since(&known.since, names),
    })
}

/// A member that differs.
pub fn change(change: &Change, names: &ActorNames) -> Value {
    json!({
        "member": change.member.name(),
        "id": change.member.id(),
        "before": change.before,
        "after": change.after,
        "since": change.since.as_ref().map(|found| since(found, names)),
    })
}
