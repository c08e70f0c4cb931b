//! Values to SQLite and back.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Row, ToSql};

use crate::proxy::catalogue::{FieldValue, Identifier};
use crate::proxy::records::RecordError;
use crate::proxy::records::json::Cell;
use crate::proxy::records::object::{Cells, unreadable};
use crate::proxy::records::statement::Param;

use super::connections::broken_or_unavailable;

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Id(id) => ToSqlOutput::Owned(Value::Text(id.to_string())),
            Self::Number(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Time(time) => ToSqlOutput::Owned(Value::Text(seconds(*time))),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Field(value) => ToSqlOutput::Borrowed(match value {
                FieldValue::Null => ValueRef::Null,
                FieldValue::Boolean(truth) => ValueRef::Integer(i64::from(*truth)),
                FieldValue::Integer(number) => ValueRef::Integer(*number),
                FieldValue::Text(text) | FieldValue::Json(text) => ValueRef::Text(text.as_bytes()),
            }),
        })
    }
}

/// A time as it is stored: text that sorts as time does.
fn seconds(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl Cells for Row<'_> {
    fn cell(&self, index: usize, column: &Identifier) -> Result<Cell<'_>, RecordError> {
        match self.get_ref(index).map_err(broken_or_unavailable)? {
            ValueRef::Null => Ok(Cell::Null),
            ValueRef::Integer(value) => Ok(Cell::Integer(value)),
            ValueRef::Text(text) => {
                let text = std::str::from_utf8(text).map_err(|_not_utf8| unreadable(column))?;
                Ok(Cell::Text(Cow::Borrowed(text)))
            }
            ValueRef::Real(_) | ValueRef::Blob(_) => Err(unreadable(column)),
        }
    }
}
