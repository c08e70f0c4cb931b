//! Moments as people type them, in UTC.
//!
//! Pages show minutes, so a minute that is typed as an end lasts until its last moment: what is shown beside it is within.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use routix_domain::history::Moment;

/// Which side of a stretch of time is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Begin,
    End,
}

/// A time of RFC 3339 exactly; else the begin or the end of a second, minute or day in UTC, as browsers write them.
pub(super) fn time(text: &str, side: Side) -> Option<DateTime<Utc>> {
    if let Ok(exact) = DateTime::parse_from_rfc3339(text) {
        return Some(exact.to_utc());
    }
    let (begin, end) = stretch(text)?;
    Some(match side {
        Side::Begin => begin,
        Side::End => end - TimeDelta::microseconds(1),
    })
}

/// Its first moment, and the first one behind it.
fn stretch(text: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let local = |format| NaiveDateTime::parse_from_str(text, format).ok().map(|time| time.and_utc());
    if let Some(begin) = local("%Y-%m-%dT%H:%M") {
        return Some((begin, begin.checked_add_signed(TimeDelta::minutes(1))?));
    }
    if let Some(begin) = local("%Y-%m-%dT%H:%M:%S") {
        return Some((begin, begin.checked_add_signed(TimeDelta::seconds(1))?));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let midnight = |day: NaiveDate| Some(day.and_hms_opt(0, 0, 0)?.and_utc());
    Some((midnight(day)?, midnight(day.checked_add_days(Days::new(1))?)?))
}

/// A sequence of the app's own events, or the end of what [`time`] reads.
pub(super) fn moment(text: &str) -> Option<Moment> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Moment::Sequence);
    }
    time(text, Side::End).map(Moment::Time)
}

/// A field for a moment, with what was typed and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TimeField {
    pub(super) value: String,
    pub(super) fault: Option<String>,
}

impl TimeField {
    /// The field of a time, as it is shown in a page.
    pub(super) fn of(time: DateTime<Utc>) -> Self {
        Self { value: time.format("%Y-%m-%dT%H:%M").to_string(), fault: None }
    }

    /// Browsers empty a field for times whose text is none; what was typed must not be lost.
    pub(super) fn kind(&self) -> &'static str {
        if self.value.is_empty() || stretch(&self.value).is_some_and(|_| self.value.contains('T')) {
            "datetime-local"
        } else {
            "text"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(text: &str) -> Option<[String; 2]> {
        let at = |side| time(text, side).map(|time| time.format("%F %T%.f").to_string());
        Some([at(Side::Begin)?, at(Side::End)?])
    }

    #[test]
    fn what_is_typed_reaches_from_its_first_to_its_last_moment() {
        for (text, begin, end) in [
            ("2026-03-01", "2026-03-01 00:00:00", "2026-03-01 23:59:59.999999"),
            ("2026-03-01T12:00", "2026-03-01 12:00:00", "2026-03-01 12:00:59.999999"),
            ("2026-03-01T12:00:01", "2026-03-01 12:00:01", "2026-03-01 12:00:01.999999"),
            ("2026-03-01T12:00:01.5Z", "2026-03-01 12:00:01.500", "2026-03-01 12:00:01.500"),
            ("2026-03-01T12:00:00+01:00", "2026-03-01 11:00:00", "2026-03-01 11:00:00"),
        ] {
            assert_eq!(both(text), Some([begin.to_owned(), end.to_owned()]), "{text}");
        }
        for text in
            ["", "yesterday", "2026-02-30", "12:00", "2026-03-01 12:00", "2026-03-01T25:00", "1", "+999999-01-01"]
        {
            assert_eq!(both(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_is_a_sequence() {
        assert_eq!(moment("3"), Some(Moment::Sequence(3)));
        assert_eq!(moment("2026-03-01T12:00Z"), None, "a time with a zone has seconds");
        assert_eq!(moment("2026-03-01"), time("2026-03-01", Side::End).map(Moment::Time));
        assert_eq!([moment(""), moment("-1"), moment("99999999999999999999999")], [None, None, None]);
    }

    #[test]
    fn a_field_that_a_browser_would_empty_is_one_for_text() {
        let kind = |value: &str| TimeField { value: value.to_owned(), fault: None }.kind();
        assert_eq!(["", "2026-03-01T12:00", "2026-03-01T12:00:30"].map(kind), ["datetime-local"; 3]);
        assert_eq!(["x", "2026-03-01", "2026-03-01T12:00:00Z", "3"].map(kind), ["text"; 4]);
    }
}
