//! Tables of read models, described as data: one description serves both databases, every query and every comparison.

use std::ops::Deref;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// One value of a row, as both databases can hold it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    Null,
    Integer(i64),
    Text(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    Integer,
    Text,
}

#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub kind: ColumnKind,
    pub nullable: bool,
}

/// A table of a projection. The first `key_length` columns are its key.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
    pub key_length: usize,
    /// Columns to find rows by, beside the key.
    pub indexes: &'static [&'static [&'static str]],
}

impl Table {
    pub fn key_columns(&self) -> &'static [Column] {
        &self.columns[..self.key_length]
    }

    /// The names of all columns between commas.
    pub fn column_list(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }
}

/// A stored row does not fit its type: the table was written by something else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column '{column}' of '{table}' holds a value that does not fit its type")]
pub struct UnreadableRow {
    pub table: &'static str,
    pub column: &'static str,
}

/// A Rust type for the rows of one [`Table`]. Made by [`table_row!`](crate::table_row).
pub trait TableRow: Sized {
    const TABLE: Table;

    fn into_values(self) -> Vec<Value>;

    /// # Errors
    /// [`UnreadableRow`] names the column that does not fit.
    fn from_values(values: Vec<Value>) -> Result<Self, UnreadableRow>;
}

/// A Rust type for the values of one column.
pub trait ColumnValue: Sized {
    const KIND: ColumnKind;
    const NULLABLE: bool = false;

    fn into_value(self) -> Value;
    fn from_value(value: Value) -> Option<Self>;
}

impl ColumnValue for String {
    const KIND: ColumnKind = ColumnKind::Text;

    fn into_value(self) -> Value {
        Value::Text(self)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            Value::Integer(_) | Value::Null => None,
        }
    }
}

impl ColumnValue for i64 {
    const KIND: ColumnKind = ColumnKind::Integer;

    fn into_value(self) -> Value {
        Value::Integer(self)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Integer(number) => Some(number),
            Value::Text(_) | Value::Null => None,
        }
    }
}

/// Positions, sequences and counters: they stay far below 2^63.
impl ColumnValue for u64 {
    const KIND: ColumnKind = ColumnKind::Integer;

    fn into_value(self) -> Value {
        Value::Integer(i64::try_from(self).unwrap_or(i64::MAX))
    }

    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).and_then(|number| number.try_into().ok())
    }
}

impl ColumnValue for Uuid {
    const KIND: ColumnKind = ColumnKind::Text;

    fn into_value(self) -> Value {
        Value::Text(self.to_string())
    }

    fn from_value(value: Value) -> Option<Self> {
        String::from_value(value).and_then(|text| text.parse().ok())
    }
}

/// Microseconds since 1970.
impl ColumnValue for DateTime<Utc> {
    const KIND: ColumnKind = ColumnKind::Integer;

    fn into_value(self) -> Value {
        Value::Integer(self.timestamp_micros())
    }

    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).and_then(Self::from_timestamp_micros)
    }
}

impl<T: ColumnValue> ColumnValue for Option<T> {
    const KIND: ColumnKind = T::KIND;
    const NULLABLE: bool = true;

    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }

    fn from_value(value: Value) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::from_value(value).map(Some) }
    }
}

/// A value object, stored as its JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Serialize + DeserializeOwned> ColumnValue for Json<T> {
    const KIND: ColumnKind = ColumnKind::Text;

    fn into_value(self) -> Value {
        serde_json::to_string(&self.0).map_or(Value::Null, Value::Text)
    }

    fn from_value(value: Value) -> Option<Self> {
        String::from_value(value).and_then(|text| serde_json::from_str(&text).ok()).map(Self)
    }
}

/// Declares a row type and its table in one place.
#[macro_export]
macro_rules! table_row {
    (
        $(#[$doc:meta])*
        pub struct $row:ident in $table:literal {
            key { $($(#[$key_doc:meta])* $key:ident: $key_type:ty),+ $(,)? }
            columns { $($(#[$column_doc:meta])* $column:ident: $column_type:ty),* $(,)? }
            indexes [ $([$($index:literal),+]),* ]
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $row {
            $($(#[$key_doc])* pub $key: $key_type,)+
            $($(#[$column_doc])* pub $column: $column_type,)*
        }

        impl $crate::table::TableRow for $row {
            const TABLE: $crate::table::Table = $crate::table::Table {
                name: $table,
                columns: &[
                    $($crate::table::Column {
                        name: stringify!($key),
                        kind: <$key_type as $crate::table::ColumnValue>::KIND,
                        nullable: <$key_type as $crate::table::ColumnValue>::NULLABLE,
                    },)+
                    $($crate::table::Column {
                        name: stringify!($column),
                        kind: <$column_type as $crate::table::ColumnValue>::KIND,
                        nullable: <$column_type as $crate::table::ColumnValue>::NULLABLE,
                    },)*
                ],
                key_length: [$(stringify!($key)),+].len(),
                indexes: &[$(&[$($index),+]),*],
            };

            fn into_values(self) -> Vec<$crate::table::Value> {
                vec![
                    $($crate::table::ColumnValue::into_value(self.$key),)+
                    $($crate::table::ColumnValue::into_value(self.$column),)*
                ]
            }

            fn from_values(values: Vec<$crate::table::Value>) -> Result<Self, $crate::table::UnreadableRow> {
                let mut values = values.into_iter();
                let mut next = || values.next().unwrap_or($crate::table::Value::Null);
                Ok(Self {
                    $($key: $crate::table::ColumnValue::from_value(next())
                        .ok_or($crate::table::UnreadableRow { table: $table, column: stringify!($key) })?,)+
                    $($column: $crate::table::ColumnValue::from_value(next())
                        .ok_or($crate::table::UnreadableRow { table: $table, column: stringify!($column) })?,)*
                })
            }
        }
    };
}
