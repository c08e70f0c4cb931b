//! Times as people give them: RFC 3339, or a date, which is a day in UTC.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

/// What is written is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time is 2026-11-22 or 2026-11-22T08:00:00Z")]
pub struct InvalidTime;

/// Where a span begins; a date is its first moment.
///
/// # Errors
/// [`InvalidTime`].
pub fn from_time(text: &str) -> Result<DateTime<Utc>, InvalidTime> {
    moment(text).or_else(|_| begin(day(text)?))
}

/// Where a span ends; a date is its last moment.
///
/// # Errors
/// [`InvalidTime`].
pub fn to_time(text: &str) -> Result<DateTime<Utc>, InvalidTime> {
    let end = |day: NaiveDate| {
        let next = begin(day.checked_add_days(Days::new(1)).ok_or(InvalidTime)?)?;
        Ok(next - TimeDelta::microseconds(1))
    };
    moment(text).or_else(|_| end(day(text)?))
}

fn moment(text: &str) -> Result<DateTime<Utc>, InvalidTime> {
    DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).map_err(|_| InvalidTime)
}

fn day(text: &str) -> Result<NaiveDate, InvalidTime> {
    text.parse().map_err(|_| InvalidTime)
}

fn begin(day: NaiveDate) -> Result<DateTime<Utc>, InvalidTime> {
    day.and_hms_opt(0, 0, 0).map(|time| time.and_utc()).ok_or(InvalidTime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_first_moment_or_its_last() {
        assert_eq!(from_time("2026-11-30").unwrap().to_rfc3339(), "2026-11-30T00:00:00+00:00");
        assert_eq!(to_time("2026-11-30").unwrap().to_rfc3339(), "2026-11-30T23:59:59.999999+00:00");
        assert_eq!(to_time("2026-11-30T12:00:00+02:00").unwrap().to_rfc3339(), "2026-11-30T10:00:00+00:00");
        assert!(from_time("yesterday").is_err() && to_time("2026-02-30").is_err());
    }
}
