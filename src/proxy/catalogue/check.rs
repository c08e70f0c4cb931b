//! One value, from JSON or from a query string, against the type that the catalogue gives it.

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};
use routix_domain::value::{Fault, Faults, single_line, text};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::http::json::{unknown_field, whole, wrong_type};

use super::model::{FieldType, FieldValue, Format, Shape, ValueType};

impl ValueType {
    /// The value as it is stored; `None` when `faults` has grown. JSON null is the caller's to judge.
    pub fn check(&self, at: &str, value: &Value, faults: &mut Faults) -> Option<FieldValue> {
        match (self.kind, value) {
            (FieldType::Text | FieldType::Date | FieldType::Timestamp | FieldType::Uuid, Value::String(text)) => {
                faults.keep(self.check_text(at, text)).map(FieldValue::Text)
            }
            (FieldType::Integer, Value::Number(_)) => {
                let fault = || Fault::new(at, "wrong_type", "must be a whole number");
                let integer = whole(value).ok_or_else(fault).and_then(|integer| self.check_range(at, integer));
                faults.keep(integer).map(FieldValue::Integer)
            }
            (FieldType::Boolean, Value::Bool(value)) => Some(FieldValue::Boolean(*value)),
            (FieldType::List, Value::Array(items)) => self.check_list(at, items, faults),
            (FieldType::Object, Value::Object(_)) => {
                let mut json = String::new();
                let before = faults.clone();
                self.check_item(at, value, &mut json, faults);
                (*faults == before).then_some(FieldValue::Json(json))
            }
            (kind, other) => {
                faults.push(wrong_type(at, wanted(kind), other));
                None
            }
        }
    }

    /// A value of a query string, in the form in which it would be stored.
    ///
    /// # Errors
    /// The fault, when no stored value can be equal to it.
    pub fn check_query(&self, at: &str, value: &str) -> Result<FieldValue, Fault> {
        let fault = |message: &str| Fault::new(at, "invalid_value", message);
        match self.kind {
            FieldType::Integer => {
                let digits = value.strip_prefix('-').unwrap_or(value);
                let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                let integer = value.parse().ok().filter(|_| plain);
                integer.map(FieldValue::Integer).ok_or_else(|| fault("must be a whole number in digits"))
            }
            FieldType::Boolean => match value {
                "true" => Ok(FieldValue::Boolean(true)),
                "false" => Ok(FieldValue::Boolean(false)),
                _ => Err(fault("must be true or false")),
            },
            FieldType::Text if value.is_empty() => Err(fault("must not be empty")),
            // No stored text can have these, and some databases refuse to be asked.
            FieldType::Text if value.contains('\0') => Err(fault("must not contain NUL")),
            FieldType::Text if self.values.is_empty() => Ok(FieldValue::Text(value.nfc().collect())),
            FieldType::Text | FieldType::Date | FieldType::Timestamp | FieldType::Uuid => {
                self.check_text(at, value).map(FieldValue::Text)
            }
            FieldType::List | FieldType::Object => Err(fault("cannot be filtered by")),
        }
    }

    fn check_text(&self, at: &str, value: &str) -> Result<String, Fault> {
        let format = |message: &str| Fault::new(at, "invalid_format", message);
        match self.kind {
            FieldType::Date => {
                let date = NaiveDate::parse_from_str(value, "%Y-%m-%d").ok();
                let date = date.filter(|date| is_common_year(date.year()));
                let date = date.map(|date| date.format("%Y-%m-%d").to_string()).filter(|text| text == value);
                date.ok_or_else(|| format("must be a date like 2026-02-10"))
            }
            FieldType::Timestamp => {
                timestamp(value).ok_or_else(|| format("must be an RFC 3339 timestamp like 2026-02-10T12:00:00Z"))
            }
            FieldType::Uuid => {
                let id = Uuid::try_parse(value).ok().filter(|_| value.len() == 36);
                id.map(|id| id.to_string()).ok_or_else(|| format("must be a UUID"))
            }
            FieldType::Text | FieldType::Integer | FieldType::Boolean | FieldType::List | FieldType::Object => {
                self.check_plain_text(at, value)
            }
        }
    }

    fn check_plain_text(&self, at: &str, value: &str) -> Result<String, Fault> {
        if !self.values.is_empty() {
            let known = self.values.iter().find(|known| *known == value).cloned();
            let list = || Fault::new(at, "invalid_value", format!("must be one of: {}", self.values.join(", ")));
            return known.ok_or_else(list);
        }
        let read = if self.lines { text } else { single_line };
        let value = read(value, self.max_length).map_err(|fault| fault.of(at))?;
        let (formed, message) = match self.format {
            None => return Ok(value),
            Some(Format::Email) => (is_email(&value), "must be an e-mail address"),
            Some(Format::Country) => {
                (value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase()), "must be two letters like NL")
            }
        };
        if formed { Ok(value) } else { Err(Fault::new(at, "invalid_format", message)) }
    }

    fn check_range(&self, at: &str, value: i64) -> Result<i64, Fault> {
        if (self.minimum..=self.maximum).contains(&value) {
            return Ok(value);
        }
        let message = format!("must be between {} and {}", self.minimum, self.maximum);
        Err(Fault::new(at, "out_of_range", message))
    }

    fn check_list(&self, at: &str, items: &[Value], faults: &mut Faults) -> Option<FieldValue> {
        if items.len() > self.max_items {
            faults.add(at, "too_long", format!("must have at most {} items", self.max_items));
            return None;
        }
        let before = faults.clone();
        let mut json = String::from("[");
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                json.push(',');
            }
            self.check_item(&format!("{at}[{index}]"), item, &mut json, faults);
        }
        json.push(']');
        (*faults == before).then_some(FieldValue::Json(json))
    }

    fn check_item(&self, at: &str, item: &Value, json: &mut String, faults: &mut Faults) {
        match (&self.shape, item) {
            (Some(shape), Value::Object(members)) => check_shape(shape, at, members, json, faults),
            (None, Value::String(text)) => {
                if let Some(text) = faults.keep(self.check_plain_text(at, text)) {
                    json.push_str(&Value::String(text).to_string());
                }
            }
            (Some(_), other) => faults.push(wrong_type(at, "an object", other)),
            (None, other) => faults.push(wrong_type(at, "a string", other)),
        }
    }
}

fn check_shape(
    shape: &Shape,
    at: &str,
    members: &serde_json::Map<String, Value>,
    json: &mut String,
    faults: &mut Faults,
) {
    for name in members.keys() {
        if !shape.fields.iter().any(|field| field.name.as_str() == name) {
            faults.push(unknown_field(&format!("{at}.{}", shown(name))));
        }
    }
    json.push('{');
    for (index, field) in shape.fields.iter().enumerate() {
        let path = format!("{at}.{}", field.name);
        let value = match members.get(field.name.as_str()) {
            None | Some(Value::Null) => {
                if field.required {
                    faults.add(path, "required", "is missing");
                }
                Some(FieldValue::Null)
            }
            Some(value) => field.value.check(&path, value, faults),
        };
        if index > 0 {
            json.push(',');
        }
        json.push_str(&format!("\"{}\":", field.name));
        push_json(json, value.as_ref().unwrap_or(&FieldValue::Null));
    }
    json.push('}');
}

fn push_json(json: &mut String, value: &FieldValue) {
    match value {
        FieldValue::Null => json.push_str("null"),
        FieldValue::Boolean(value) => json.push_str(if *value { "true" } else { "false" }),
        FieldValue::Integer(value) => json.push_str(&value.to_string()),
        FieldValue::Text(text) => json.push_str(&Value::from(text.as_str()).to_string()),
        FieldValue::Json(text) => json.push_str(text),
    }
}

/// A caller's own name for something, fit to be shown again.
pub(in crate::proxy) fn shown(name: &str) -> String {
    name.chars().filter(char::is_ascii_graphic).take(64).collect()
}

fn wanted(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text => "a string",
        FieldType::Integer => "a whole number",
        FieldType::Boolean => "true or false",
        FieldType::Date => "a date in a string",
        FieldType::Timestamp => "a timestamp in a string",
        FieldType::Uuid => "a UUID in a string",
        FieldType::List => "a list",
        FieldType::Object => "an object",
    }
}

/// In UTC with whole seconds, so that text sorts as time does.
fn timestamp(value: &str) -> Option<String> {
    let time = DateTime::parse_from_rfc3339(value).ok()?.with_timezone(&Utc);
    let text = time.to_rfc3339_opts(SecondsFormat::Secs, true);
    // A leap second would be shown as 60.
    (is_common_year(time.year()) && !text.ends_with(":60Z")).then_some(text)
}

/// Years of four digits, without the year 0, which is another one for PostgreSQL.
fn is_common_year(year: i32) -> bool {
    (1..=9999).contains(&year)
}

/// The form that a mail system accepts without quoting: one `@`, a local part, a domain with a dot.
fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    let local_fits = !local.is_empty() && local.len() <= 64 && !local.starts_with('.') && !local.ends_with('.');
    let letters = |text: &str| text.bytes().all(|b| b.is_ascii_graphic() && !b"()<>[]:;@\\,\"".contains(&b));
    let label = |part: &str| {
        let ends = !part.starts_with('-') && !part.ends_with('-');
        (1..=63).contains(&part.len()) && ends && part.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    local_fits && letters(local) && domain.contains('.') && domain.split('.').all(label)
}
