//! JSON bodies, read strictly: a doubled key is a fault, not a choice for the parser to make.
//!
//! serde_json keeps the last of two equal keys; another reader in the path may keep the first, and then two programs act
//! on two different requests (RFC 8259, 4).

use std::fmt;

use routix_domain::value::Fault;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why a body was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidJson {
    #[error("the body is not valid JSON (line {line}, column {column})")]
    Syntax { line: usize, column: usize },
    #[error("the body names a member twice")]
    DoubledMember,
    #[error("the body must be a JSON object")]
    NotAnObject,
}

/// The members of a JSON object.
///
/// # Errors
/// [`InvalidJson`] for anything that is not one object with each member once.
pub fn parse_object(body: &[u8]) -> Result<Map<String, Value>, InvalidJson> {
    let strict: Strict = serde_json::from_slice(body).map_err(|error| {
        if error.is_data() {
            InvalidJson::DoubledMember
        } else {
            InvalidJson::Syntax { line: error.line(), column: error.column() }
        }
    })?;
    match strict.0 {
        Value::Object(members) => Ok(members),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(InvalidJson::NotAnObject)
        }
    }
}

/// The type of a value in the words of JSON, for messages.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The text of a string, or the value back when it is none.
///
/// # Errors
/// The value that is no string.
pub fn into_string(value: Value) -> Result<String, Value> {
    match value {
        Value::String(text) => Ok(text),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => Err(other),
    }
}

/// The items of an array, or the value back when it is none.
///
/// # Errors
/// The value that is no array.
pub fn into_list(value: Value) -> Result<Vec<Value>, Value> {
    match value {
        Value::Array(items) => Ok(items),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => Err(other),
    }
}

/// The whole number that a value is, however it is written: `60.0` is one for JSON Schema, too.
pub fn whole(value: &Value) -> Option<i64> {
    // Beyond this a fraction may have been lost on the way.
    const EXACT: f64 = 9_007_199_254_740_991.0;
    let integral = || value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= EXACT);
    let exact = |number: f64| number as i64;
    value.as_i64().or_else(|| integral().map(exact))
}

/// The fault of a member that has another type than it should.
pub fn wrong_type(field: &str, wanted: &str, actual: &Value) -> Fault {
    Fault::new(field, "wrong_type", format!("must be {wanted}, not {}", type_name(actual)))
}

/// The fault of a member nobody knows.
pub fn unknown_field(field: &str) -> Fault {
    Fault::new(field, "unknown_field", "no such field here")
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("doubled member"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read() {
        let members = parse_object(br#"{"a":1,"b":[true,null,"x",1.5,{"c":-1}]}"#).unwrap();
        assert_eq!(Value::Object(members), serde_json::json!({"a":1,"b":[true,null,"x",1.5,{"c":-1}]}));
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written_as_long_as_nothing_is_lost() {
        let exact = 9_007_199_254_740_991_i64;
        for (text, number) in [
            ("60", Some(60)),
            ("60.0", Some(60)),
            ("-6e1", Some(-60)),
            ("60.5", None),
            ("99999999999.000000", Some(99_999_999_999)),
            ("9007199254740991.0", Some(exact)),
            ("-9007199254740991.0", Some(-exact)),
            ("9007199254740992.0", None),
            ("9007199254740993", Some(exact + 2)),
            ("9223372036854775808", None),
            ("\"60\"", None),
        ] {
            assert_eq!(whole(&serde_json::from_str(text).unwrap()), number, "{text}");
        }
    }

    #[test]
    fn doubled_members_are_refused_at_any_depth() {
        assert_eq!(parse_object(br#"{"a":1,"a":2}"#), Err(InvalidJson::DoubledMember));
        assert_eq!(parse_object(br#"{"a":[{"b":1,"b":1}]}"#), Err(InvalidJson::DoubledMember));
    }

    #[test]
    fn other_bodies_are_refused() {
        assert_eq!(parse_object(b"[]"), Err(InvalidJson::NotAnObject));
        assert_eq!(parse_object(b"\"x\""), Err(InvalidJson::NotAnObject));
        assert!(matches!(parse_object(b""), Err(InvalidJson::Syntax { .. })));
        assert!(matches!(parse_object(b"{\"a\":1} x"), Err(InvalidJson::Syntax { .. })));
        assert!(matches!(parse_object(b"{\"a\":\"\xff\"}"), Err(InvalidJson::Syntax { .. })));
        let deep = "[".repeat(100_000);
        assert!(matches!(parse_object(deep.as_bytes()), Err(InvalidJson::Syntax { .. })));
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        let read = |text: &str| whole(&serde_json::from_str(text).unwrap());
        for (text, number) in
            [("60", 60), ("60.0", 60), ("6e1", 60), ("-0.0", 0), ("-3", -3), ("9223372036854775807", i64::MAX)]
        {
            assert_eq!(read(text), Some(number), "{text}");
        }
        for text in ["1.5", "1e300", "9223372036854775808", "\"60\"", "null"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
