//! The demo's year: 2026, of which a day in November is today.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use serde_json::Value;

/// What lies before is done, what lies after is planned.
pub(super) fn today() -> NaiveDate {
    day(326)
}

/// A day of 2026, counted from 0.
pub(super) fn day(number: u64) -> NaiveDate {
    NaiveDate::from_yo_opt(2026, 1).unwrap_or_default() + Days::new(number.min(364))
}

/// The `number`-th working day of `of` ones that are spread over the year.
pub(super) fn working_day(number: usize, of: usize) -> NaiveDate {
    let spread = 4 + (number * 348) / of.max(1);
    let date = day(spread as u64);
    match date.weekday() {
        Weekday::Sat => date + Days::new(2),
        Weekday::Sun => date + Days::new(1),
        Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => date,
    }
}

pub(super) fn at(date: NaiveDate, hour: i64, minute: i64) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(hour) + TimeDelta::minutes(minute)
}

pub(super) fn date(date: NaiveDate) -> Value {
    date.to_string().into()
}

pub(super) fn time(time: DateTime<Utc>) -> Value {
    time.to_rfc3339().into()
}
