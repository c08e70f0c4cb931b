//! Values of a row, as an answer shows them.

use std::borrow::Cow;
use std::error::Error;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

use crate::proxy::catalogue::{FieldType, Identifier};
use crate::proxy::records::RecordError;
use crate::proxy::records::json::Cell;
use crate::proxy::records::object::{Cells, unreadable};

struct Shown<'a>(Cell<'a>);

impl<'a> FromSql<'a> for Shown<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let own = |text: String| Cell::Text(Cow::Owned(text));
        Ok(Self(match *kind {
            Type::BOOL => Cell::Integer(bool::from_sql(kind, raw)?.into()),
            Type::INT2 => Cell::Integer(i16::from_sql(kind, raw)?.into()),
            Type::INT4 => Cell::Integer(i32::from_sql(kind, raw)?.into()),
            Type::INT8 => Cell::Integer(i64::from_sql(kind, raw)?),
            Type::UUID => own(Uuid::from_sql(kind, raw)?.to_string()),
            Type::DATE => own(NaiveDate::from_sql(kind, raw)?.to_string()),
            Type::TIMESTAMPTZ => own(DateTime::<Utc>::from_sql(kind, raw)?.to_rfc3339_opts(SecondsFormat::Secs, true)),
            Type::JSON => Cell::Text(Cow::Borrowed(std::str::from_utf8(raw)?)),
            // A number of the format comes first.
            Type::JSONB => Cell::Text(Cow::Borrowed(std::str::from_utf8(raw.get(1..).unwrap_or_default())?)),
            _ => Cell::Text(Cow::Borrowed(<&str>::from_sql(kind, raw)?)),
        }))
    }

    fn from_sql_null(_kind: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Cell::Null))
    }

    fn accepts(kind: &Type) -> bool {
        let others = [
            Type::BOOL,
            Type::INT2,
            Type::INT4,
            Type::INT8,
            Type::UUID,
            Type::DATE,
            Type::TIMESTAMPTZ,
            Type::JSON,
            Type::JSONB,
        ];
        others.contains(kind) || <&str as FromSql>::accepts(kind)
    }
}

impl Cells for Row {
    fn cell(&self, index: usize, column: &Identifier) -> Result<Cell<'_>, RecordError> {
        self.try_get::<_, Shown<'_>>(index).map(|shown| shown.0).map_err(|_of_another_type| unreadable(column))
    }
}

/// Whether a column can hold the values of a field.
pub(super) fn fits(column: &Type, field: FieldType) -> bool {
    let is_text = || <&str as FromSql>::accepts(column);
    match field {
        FieldType::Text => is_text(),
        FieldType::Integer => [Type::INT2, Type::INT4, Type::INT8].contains(column),
        FieldType::Boolean => *column == Type::BOOL,
        FieldType::Date => *column == Type::DATE,
        FieldType::Timestamp => *column == Type::TIMESTAMPTZ,
        FieldType::Uuid => *column == Type::UUID,
        FieldType::List | FieldType::Object => [Type::JSON, Type::JSONB].contains(column),
    }
}
