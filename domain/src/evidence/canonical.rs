//! The bytes of an event that are hashed.

use chrono::{DateTime, Datelike, Timelike, Utc};

use super::digest::Digest;
use super::json::{Json, JsonError};
use crate::log::RecordedEvent;

const MICROSECOND: u32 = 1_000;

/// The event has no canonical bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    #[error("{member} is not JSON: {reason}")]
    NotJson { member: &'static str, reason: String },
    #[error(transparent)]
    Value(#[from] JsonError),
    #[error("{0} is not a time in whole microseconds in the years 0000 to 9999")]
    Time(DateTime<Utc>),
}

/// The canonical text of an event: [`Json::canonical`] of the object with the members `position`, `event_id`,
/// `aggregate_type`, `aggregate_id`, `sequence`, `event_type`, `event_version`, `payload`, `metadata` and `recorded_at`.
/// Payload and metadata are values and not the stored text, so that a store may write JSON in another way.
///
/// # Errors
/// [`CanonicalError`] when payload or metadata are not JSON, hold a number that is not an integer of at most 2^53 - 1 or a
/// member that is named twice, or when the time is not in whole microseconds.
pub fn canonical_json(event: &RecordedEvent) -> Result<String, CanonicalError> {
    let text = |text: &str| Json::Text(text.to_owned());
    let members = [
        ("position", Json::Number(event.position.into())),
        ("event_id", Json::Text(event.event_id.to_string())),
        ("aggregate_type", text(&event.aggregate_type)),
        ("aggregate_id", text(&event.aggregate_id)),
        ("sequence", Json::Number(event.sequence.into())),
        ("event_type", text(&event.event_type)),
        ("event_version", text(&event.event_version)),
        ("payload", parsed("payload", &event.payload)?),
        ("metadata", parsed("metadata", &event.metadata)?),
        ("recorded_at", Json::Text(canonical_time(event.recorded_at)?)),
    ];
    let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
    Ok(Json::Object(members.collect()).canonical()?)
}

/// The leaf of an event in the tree and in the chain of its stream: [`Digest::of_leaf`] of [`canonical_json`].
///
/// # Errors
/// Those of [`canonical_json`].
pub fn leaf(event: &RecordedEvent) -> Result<Digest, CanonicalError> {
    Ok(Digest::of_leaf(canonical_json(event)?.as_bytes()))
}

/// RFC 3339 in UTC with exactly six digits: `2026-11-22T08:00:00.000000Z`.
///
/// # Errors
/// [`CanonicalError::Time`] when that would lose something: a leap second, a part of a microsecond, a year with five digits
/// or a sign.
pub fn canonical_time(time: DateTime<Utc>) -> Result<String, CanonicalError> {
    let whole = time.nanosecond() < 1_000_000_000 && time.nanosecond().is_multiple_of(MICROSECOND);
    if !whole || !(0..=9999).contains(&time.year()) {
        return Err(CanonicalError::Time(time));
    }
    Ok(time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
}

/// Reads what [`canonical_time`] writes, and nothing else.
pub(super) fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (canonical_time(time).ok()? == text).then_some(time)
}

pub(super) fn parsed(member: &'static str, text: &str) -> Result<Json, CanonicalError> {
    serde_json::from_str(text).map_err(|error| CanonicalError::NotJson { member, reason: error.to_string() })
}
