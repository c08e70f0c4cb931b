//! JSON as it was written, and its one canonical text.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Number;

/// The largest integer that every JSON implementation holds exactly: 2^53 - 1 (RFC 8785, 3.2.2.3 and appendix D).
const LARGEST: u64 = (1 << 53) - 1;

/// Of an object of ours; more cost an allocation.
const USUAL_MEMBERS: usize = 8;

/// A JSON value. Unlike `serde_json::Value` it keeps a member that is named twice, so that the canonical text can refuse it
/// instead of hashing one of the two and letting a reader see the other.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Json>),
    /// In the order in which they were written.
    Object(Vec<(String, Json)>),
}

/// The value has no canonical text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    #[error("the number {0} is not an integer between -(2^53 - 1) and 2^53 - 1")]
    Number(String),
    #[error("the member {0:?} is named twice")]
    NamedTwice(String),
}

impl Json {
    /// The text of RFC 8785 (JCS): no spaces, members sorted by the UTF-16 code units of their names, strings escaped only
    /// where JSON demands it. Narrower than JCS in two ways, so that implementations cannot disagree: every number is an
    /// integer that a double holds exactly, and no member is named twice.
    ///
    /// # Errors
    /// [`JsonError`] for what lies outside of that.
    pub fn canonical(&self) -> Result<String, JsonError> {
        let mut out = String::new();
        self.write(&mut out)?;
        Ok(out)
    }

    pub(super) fn write(&self, out: &mut String) -> Result<(), JsonError> {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => write_integer(number, out)?,
            Self::Text(text) => write_text(text, out),
            Self::List(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    separate(place, out);
                    item.write(out)?;
                }
                out.push(']');
            }
            Self::Object(members) => write_object(members, out)?,
        }
        Ok(())
    }
}

fn separate(place: usize, out: &mut String) {
    if place > 0 {
        out.push(',');
    }
}

fn write_object(members: &[(String, Json)], out: &mut String) -> Result<(), JsonError> {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    let mut before = None;
    out.push('{');
    for (place, (name, value)) in sorted.into_iter().enumerate() {
        if before.replace(name) == Some(name) {
            return Err(JsonError::NamedTwice(name.clone()));
        }
        separate(place, out);
        write_text(name, out);
        out.push(':');
        value.write(out)?;
    }
    out.push('}');
    Ok(())
}

/// An integer that every implementation reads and writes alike. Minus zero is not one: JavaScript keeps its sign, Python
/// does not.
pub(super) fn write_integer(number: &Number, out: &mut String) -> Result<(), JsonError> {
    let size = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64());
    if size.is_none_or(|size| size > LARGEST) {
        return Err(JsonError::Number(number.to_string()));
    }
    out.push_str(&number.to_string());
    Ok(())
}

/// RFC 8785, 3.2.2.2.
pub(super) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    // What stands between two characters that need an escape is copied at once. Each of those is one byte.
    while let Some(place) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        let (plain, escaped) = rest.split_at(place);
        out.push_str(plain);
        let mut characters = escaped.chars();
        characters.next().into_iter().for_each(|character| write_escaped(character, out));
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn write_escaped(character: char, out: &mut String) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        control => out.push_str(&format!("\\u{:04x}", u32::from(control))),
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("not a JSON number"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::with_capacity(USUAL_MEMBERS);
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Json::Object(object))
    }
}

/// Reads a value from a text, which is not copied for it.
pub(super) fn read_text<'de, D: Deserializer<'de>, T, E: fmt::Display>(
    deserializer: D,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(TextReader(parse, PhantomData))
}

struct TextReader<F, T>(F, PhantomData<T>);

impl<T, E: fmt::Display, F: Fn(&str) -> Result<T, E>> Visitor<'_> for TextReader<F, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<R: serde::de::Error>(self, text: &str) -> Result<T, R> {
        (self.0)(text).map_err(R::custom)
    }
}
