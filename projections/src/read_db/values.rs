//! Values of a row, to SQLite and back.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::ReadError;
use crate::table::{Table, UnreadableRow, Value};

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
