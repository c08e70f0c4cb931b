//! The bytes of an event that are hashed.

use chrono::{DateTime, Datelike, Timelike, Utc};
use uuid::Uuid;

use super::digest::Digest;
use super::json::{Json, JsonError, write_integer, write_text};
use crate::log::RecordedEvent;

const MICROSECOND: u32 = 1_000;
/// Of the canonical text of an event, in bytes: a longer one costs an allocation.
const USUAL_LENGTH: usize = 1_024;

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
    let (payload, metadata) = (parsed("payload", &event.payload)?, parsed("metadata", &event.metadata)?);
    Members {
        position: event.position,
        event_id: event.event_id,
        aggregate_type: &event.aggregate_type,
        aggregate_id: &event.aggregate_id,
        sequence: event.sequence,
        event_type: &event.event_type,
        event_version: &event.event_version,
        payload: &payload,
        metadata: &metadata,
        recorded_at: event.recorded_at,
    }
    .canonical()
}

/// What the canonical text of an event has in it, with payload and metadata as values.
#[derive(Clone, Copy)]
pub(super) struct Members<'e> {
    pub(super) position: u64,
    pub(super) event_id: Uuid,
    pub(super) aggregate_type: &'e str,
    pub(super) aggregate_id: &'e str,
    pub(super) sequence: u64,
    pub(super) event_type: &'e str,
    pub(super) event_version: &'e str,
    pub(super) payload: &'e Json,
    pub(super) metadata: &'e Json,
    pub(super) recorded_at: DateTime<Utc>,
}

impl Members<'_> {
    pub(super) fn leaf(&self) -> Result<Digest, CanonicalError> {
        Ok(Digest::of_leaf(self.canonical()?.as_bytes()))
    }

    fn canonical(&self) -> Result<String, CanonicalError> {
        let (id, time) = (self.event_id.to_string(), canonical_time(self.recorded_at)?);
        // In the order of their names: every event of a log passes here, and nothing is copied or sorted for it.
        let members = [
            ("aggregate_id", Member::Text(self.aggregate_id)),
            ("aggregate_type", Member::Text(self.aggregate_type)),
            ("event_id", Member::Text(&id)),
            ("event_type", Member::Text(self.event_type)),
            ("event_version", Member::Text(self.event_version)),
            ("metadata", Member::Value(self.metadata)),
            ("payload", Member::Value(self.payload)),
            ("position", Member::Number(self.position)),
            ("recorded_at", Member::Text(&time)),
            ("sequence", Member::Number(self.sequence)),
        ];
        let mut out = String::with_capacity(USUAL_LENGTH);
        for (place, (name, member)) in members.into_iter().enumerate() {
            out.push(if place == 0 { '{' } else { ',' });
            write_text(name, &mut out);
            out.push(':');
            match member {
                Member::Text(text) => write_text(text, &mut out),
                Member::Number(number) => write_integer(&number.into(), &mut out)?,
                Member::Value(value) => value.write(&mut out)?,
            }
        }
        out.push('}');
        Ok(out)
    }
}

enum Member<'e> {
    Text(&'e str),
    Number(u64),
    Value(&'e Json),
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
    let (year, month, day) = (time.year(), time.month(), time.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let microsecond = time.nanosecond() / MICROSECOND;
    Ok(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{microsecond:06}Z"))
}

/// Reads what [`canonical_time`] writes, and nothing else.
pub(super) fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (canonical_time(time).ok()? == text).then_some(time)
}

pub(super) fn parsed(member: &'static str, text: &str) -> Result<Json, CanonicalError> {
    serde_json::from_str(text).map_err(|error| CanonicalError::NotJson { member, reason: error.to_string() })
}
