//! Values as both databases can hold them.

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
    Bytes(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    Integer,
    Text,
    Bytes,
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
            Value::Integer(_) | Value::Bytes(_) | Value::Null => None,
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
            Value::Text(_) | Value::Bytes(_) | Value::Null => None,
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

impl ColumnValue for u32 {
    const KIND: ColumnKind = ColumnKind::Integer;

    fn into_value(self) -> Value {
        Value::Integer(self.into())
    }

    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).and_then(|number| number.try_into().ok())
    }
}

/// 0 or 1.
impl ColumnValue for bool {
    const KIND: ColumnKind = ColumnKind::Integer;

    fn into_value(self) -> Value {
        Value::Integer(self.into())
    }

    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(|number| number != 0)
    }
}

impl ColumnValue for Vec<u8> {
    const KIND: ColumnKind = ColumnKind::Bytes;

    fn into_value(self) -> Value {
        Value::Bytes(self)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Some(bytes),
            Value::Integer(_) | Value::Text(_) | Value::Null => None,
        }
    }
}

impl<const N: usize> ColumnValue for [u8; N] {
    const KIND: ColumnKind = ColumnKind::Bytes;

    fn into_value(self) -> Value {
        Value::Bytes(self.to_vec())
    }

    fn from_value(value: Value) -> Option<Self> {
        Vec::from_value(value).and_then(|bytes| bytes.try_into().ok())
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

/// The values of a statement, each from its own type.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        [$($crate::database::ColumnValue::into_value($value)),*]
    };
}
