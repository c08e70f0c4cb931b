//! Which moment is meant: a recorded time, a sequence of the app's stream, or a position of the log.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// A moment in an app's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// What was recorded until then, that very microsecond included. Secrets are judged at this time.
    Time(DateTime<Utc>),
    /// After the app's event with this sequence. Secrets are judged when it was recorded.
    Sequence(u64),
    /// After every event up to this position. Secrets are judged when the last of them was recorded.
    Position(u64),
}

/// The text names no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a time like 2026-03-01T12:00:00Z, or a date, which means its end in UTC")]
pub struct InvalidMoment;

/// A time of RFC 3339, or a date: its last microsecond in UTC.
///
/// # Errors
/// [`InvalidMoment`] when the text is neither.
pub fn parse_time(text: &str) -> Result<DateTime<Utc>, InvalidMoment> {
    // chrono is more lenient than RFC 3339 about the letters and the space; one spelling is enough.
    let strict = text.bytes().all(|b| b.is_ascii_digit() || b"-:.+TZ".contains(&b));
    let time = || DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc));
    let end_of_day = || {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10)?;
        Some(day.succ_opt()?.and_time(NaiveTime::MIN).and_utc() - TimeDelta::microseconds(1))
    };
    Some(text).filter(|_| strict).and_then(|_| time().or_else(end_of_day)).ok_or(InvalidMoment)
}

impl Moment {
    /// A whole number is a sequence, all else as in [`parse_time`].
    ///
    /// # Errors
    /// [`InvalidMoment`] when the text is none of these.
    pub fn parse(text: &str) -> Result<Self, InvalidMoment> {
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return text.parse().map(Self::Sequence).map_err(|_| InvalidMoment);
        }
        parse_time(text).map(Self::Time)
    }

    /// A time that has not come yet is now: nothing is known of later.
    #[must_use]
    pub fn not_after(self, now: DateTime<Utc>) -> Self {
        match self {
            Self::Time(time) => Self::Time(time.min(now)),
            Self::Sequence(_) | Self::Position(_) => self,
        }
    }
}
