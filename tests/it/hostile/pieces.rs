//! Values that nobody means well with, and chance to put them together.

use serde_json::{Map, Value, json};

use crate::support::Dice;

/// Where a reader of numbers, names, paths, SQL, HTML, logs or Unicode may stumble.
pub(super) const TEXTS: [&str; 56] = [
    "",
    " ",
    "null",
    "true",
    "0",
    "-1",
    "1e309",
    "9223372036854775808",
    "340282366920938463463374607431768211456",
    "NaN",
    "0x10",
    "2026-02-30",
    "9999-12-31T23:59:60Z",
    "+275760-09-13T00:00:00Z",
    "0000-00-00",
    "2026-03-01T12:00:00+99:99",
    "00000000-0000-0000-0000-000000000000",
    "{00000000-0000-0000-0000-000000000000}",
    "urn:uuid:0",
    "RS2RDH3B",
    "' OR 1=1 --",
    "\"; DROP TABLE events; --",
    "1); SELECT pg_sleep(9); --",
    "$1",
    "?1",
    "%",
    "_",
    "\\",
    "*",
    "(",
    ")",
    ",",
    "\"",
    "eq.",
    "in.(",
    "not.and(",
    "is.null",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "{{7*7}}",
    "${x}",
    "../../x",
    "..%2f",
    "\0",
    "\r\nx: y",
    "\x1b[31m",
    "\u{202e}",
    "\u{200b}",
    "e\u{301}",
    "\u{1f980}",
    "\u{fffe}",
    "\u{10ffff}",
    "\u{feff}",
    "https://user@evil.example\\@a",
    "http://[::1",
    "javascript:alert(1)",
];

/// Bytes that are no UTF-8, in whatever escapes they stand.
const BYTES: [&[u8]; 6] = [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80"];

/// Mostly one of the texts, else several, one over and over, or bytes.
pub(super) fn value(dice: &mut Dice) -> Vec<u8> {
    match dice.below(8) {
        0 => (0..dice.below(24)).map(|_| u8::try_from(dice.below(256)).unwrap()).collect(),
        1 => dice.pick(&BYTES).to_vec(),
        2 => dice.pick(&TEXTS).repeat(usize::try_from(dice.below(400)).unwrap()).into_bytes(),
        3 => format!("{}{}", dice.pick(&TEXTS), dice.pick(&TEXTS)).into_bytes(),
        _ => dice.pick(&TEXTS).as_bytes().to_vec(),
    }
}

/// Any JSON, five levels deep.
pub(super) fn json_value(dice: &mut Dice, depth: u32) -> Value {
    match dice.below(if depth == 0 { 7 } else { 9 }) {
        0 => Value::Null,
        1 => (dice.below(2) == 0).into(),
        2 => json!(dice.roll().cast_signed()),
        3 => json!(dice.roll() as f64 * 1e200),
        4..7 => String::from_utf8_lossy(&value(dice)).into(),
        7 => (0..dice.below(4)).map(|_| json_value(dice, depth - 1)).collect(),
        _ => Value::Object(object(dice, &TEXTS, depth - 1)),
    }
}

/// Some of the names, each with any value.
pub(super) fn object<S: AsRef<str>>(dice: &mut Dice, names: &[S], depth: u32) -> Map<String, Value> {
    let mut object = Map::new();
    for _ in 0..dice.below(7) {
        let name = if dice.below(8) == 0 || names.is_empty() { *dice.pick(&TEXTS) } else { dice.pick(names).as_ref() };
        object.insert(name.to_owned(), json_value(dice, depth));
    }
    object
}

/// Every byte but letters and digits as an escape, and sometimes those that must be left as they are.
pub(super) fn escaped(dice: &mut Dice, bytes: &[u8]) -> String {
    let raw = dice.below(10) == 0;
    let escape = |byte: &u8| match *byte {
        plain if plain.is_ascii_alphanumeric() || (raw && plain.is_ascii_graphic() && plain != b'#') => {
            char::from(plain).to_string()
        }
        other => format!("%{other:02X}"),
    };
    bytes.iter().map(escape).collect()
}
