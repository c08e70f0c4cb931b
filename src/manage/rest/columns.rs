//! What the columns of a table hold, and how their values compare.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::Value;

/// A column that may be named in a query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A UUID; the case of its letters does not count.
    Id,
    Text,
    Time,
    Number,
    /// Several values: neither compared nor ordered.
    List,
}

/// A value that compares with others of its column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operand {
    Text(String),
    Time(DateTime<Utc>),
    Number(i64),
}

impl Column {
    pub(super) const fn id(name: &'static str) -> Self {
        Self { name, kind: Kind::Id }
    }

    pub(super) const fn text(name: &'static str) -> Self {
        Self { name, kind: Kind::Text }
    }

    pub(super) const fn time(name: &'static str) -> Self {
        Self { name, kind: Kind::Time }
    }

    pub(super) const fn number(name: &'static str) -> Self {
        Self { name, kind: Kind::Number }
    }

    pub(super) const fn list(name: &'static str) -> Self {
        Self { name, kind: Kind::List }
    }
}

impl Kind {
    /// What the text of a filter names.
    ///
    /// # Errors
    /// Says what a value of this kind looks like.
    pub(super) fn operand(self, text: &str) -> Result<Operand, &'static str> {
        match self {
            // One that is no UUID is no row's.
            Self::Id => Ok(Operand::Text(text.to_lowercase())),
            Self::Text => Ok(Operand::Text(text.to_owned())),
            Self::Time => time(text).map(Operand::Time).ok_or("must be a time like 2026-03-01T12:00:00Z, or a date"),
            Self::Number => text.parse().map(Operand::Number).map_err(|_| "must be a whole number"),
            Self::List => Err("holds a list, which only is.null and not.is.null ask about"),
        }
    }

    /// The value in a row; `None` for null, and for a list.
    pub(super) fn value(self, cell: &Value) -> Option<Operand> {
        match self {
            Self::Id | Self::Text => cell.as_str().map(|text| Operand::Text(text.to_owned())),
            Self::Time => cell.as_str().and_then(time).map(Operand::Time),
            Self::Number => cell.as_i64().map(Operand::Number),
            Self::List => None,
        }
    }
}

/// A date is its first moment in UTC, as in PostgreSQL.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
    let time = DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc));
    time.or_else(|| date().map(|date| date.and_time(NaiveTime::MIN).and_utc()))
}
