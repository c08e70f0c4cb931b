//! Column values to JSON text, without a tree in between. The order of the members is the catalogue's.

use std::borrow::Cow;

use crate::proxy::catalogue::{Field, FieldType};

/// A column's value, borrowed from the row where it is stored as it is shown.
#[derive(Clone, Debug)]
pub(super) enum Cell<'a> {
    Null,
    Integer(i64),
    Text(Cow<'a, str>),
}

/// The row holds something that its field cannot be.
#[derive(Debug, thiserror::Error)]
#[error("column '{column}' holds a value of another type")]
pub(super) struct Unreadable {
    pub(super) column: String,
}

/// Adds `"name":value`.
pub(super) fn push_member(out: &mut Vec<u8>, field: &Field, cell: &Cell<'_>) -> Result<(), Unreadable> {
    out.push(b'"');
    out.extend_from_slice(field.name.as_str().as_bytes());
    out.extend_from_slice(b"\":");
    match (field.value.kind, cell) {
        (_, Cell::Null) => out.extend_from_slice(b"null"),
        (FieldType::Boolean, Cell::Integer(value)) => {
            out.extend_from_slice(if *value == 0 { b"false" } else { b"true" });
        }
        (FieldType::Integer, Cell::Integer(value)) => out.extend_from_slice(value.to_string().as_bytes()),
        (FieldType::List | FieldType::Object, Cell::Text(json)) => out.extend_from_slice(json.as_bytes()),
        (FieldType::Text | FieldType::Date | FieldType::Timestamp | FieldType::Uuid, Cell::Text(text)) => {
            push_string(out, text);
        }
        (
            FieldType::Text
            | FieldType::Date
            | FieldType::Timestamp
            | FieldType::Uuid
            | FieldType::List
            | FieldType::Object,
            Cell::Integer(_),
        )
        | (FieldType::Boolean | FieldType::Integer, Cell::Text(_)) => {
            return Err(Unreadable { column: field.name.as_str().to_owned() });
        }
    }
    Ok(())
}

/// RFC 8259, 7: quotes, backslashes and control characters are escaped, all else stands for itself.
fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut plain = 0;
    let bytes = text.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(bytes.get(plain..at).unwrap_or_default());
        plain = at + 1;
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\r' => out.extend_from_slice(b"\\r"),
            other => out.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(bytes.get(plain..).unwrap_or_default());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_read_back_as_it_was() {
        let text = "a\"b\\c\nd\te\r\u{1}\u{e9}\u{1F69A}</script>";
        let mut out = Vec::new();
        push_string(&mut out, text);
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }
}
