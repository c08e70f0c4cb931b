//! Values of a row, to SQLite and back.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Row, ToSql};

use super::ReadError;
use crate::table::{Table, UnreadableRow, Value};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// The columns of `table`, in its order.
pub(super) fn values(table: &Table, row: &Row<'_>) -> Result<Vec<Value>, ReadError> {
    let mut values = Vec::with_capacity(table.columns.len());
    for (index, column) in table.columns.iter().enumerate() {
        values.push(match row.get_ref(index)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Real(_) | ValueRef::Blob(_) => {
                return Err(UnreadableRow { table: table.name, column: column.name }.into());
            }
        });
    }
    Ok(values)
}
