//! The bytes of an event that are hashed.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use uuid::Uuid;

use super::digest::Digest;
use super::json::{Json, JsonError, write_integer, write_text};
use crate::log::RecordedEvent;

const MICROSECOND: u32 = 1_000;
/// Of a time as text, in bytes.
const TIME_LENGTH: usize = 27;
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
    let parts = [
        (time.year().unsigned_abs(), 4, '-'),
        (time.month(), 2, '-'),
        (time.day(), 2, 'T'),
        (time.hour(), 2, ':'),
        (time.minute(), 2, ':'),
        (time.second(), 2, '.'),
        (time.nanosecond() / MICROSECOND, 6, 'Z'),
    ];
    let mut text = String::with_capacity(TIME_LENGTH);
    for (number, width, end) in parts {
        let digit = |place| char::from_digit(number / 10_u32.pow(place) % 10, 10);
        text.extend((0..width).rev().filter_map(digit));
        text.push(end);
    }
    Ok(text)
}

/// Reads what [`canonical_time`] writes, and nothing else.
pub(super) fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    const SEPARATORS: [(usize, u8); 7] =
        [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (26, b'Z')];
    let bytes: &[u8; TIME_LENGTH] = text.as_bytes().try_into().ok()?;
    if SEPARATORS.into_iter().any(|(place, separator)| bytes[place] != separator) {
        return None;
    }
    let digit = |number: u32, byte: &u8| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'));
    let number = |from: usize, to: usize| bytes[from..to].iter().try_fold(0, digit);
    let day = NaiveDate::from_ymd_opt(number(0, 4)?.cast_signed(), number(5, 7)?, number(8, 10)?)?;
    let time = day.and_hms_micro_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, number(20, 26)?)?;
    Some(time.and_utc())
}

pub(super) fn parsed(member: &'static str, text: &str) -> Result<Json, CanonicalError> {
    serde_json::from_str(text).map_err(|error| CanonicalError::NotJson { member, reason: error.to_string() })
}
