//! The canonical text, to the byte.

use chrono::{DateTime, TimeDelta};
use uuid::uuid;

use super::logs::Numbers;
use crate::evidence::canonical::parse_time;
use crate::evidence::{CanonicalError, Json, JsonError, canonical_json, canonical_time, leaf};
use crate::log::RecordedEvent;
use crate::testing::at;

fn canonical(text: &str) -> Result<String, JsonError> {
    serde_json::from_str::<Json>(text).unwrap().canonical()
}

fn event() -> RecordedEvent {
    RecordedEvent {
        position: 42,
        event_id: uuid!("0198c6d2-7f3a-5b1c-9d4e-5f60718293a4"),
        aggregate_type: "app".into(),
        aggregate_id: "4ae1f3c8-52b7-4d9d-8c06-7f3b9e1d2a65".into(),
        sequence: 2,
        event_type: "app.renamed".into(),
        event_version: "1".into(),
        payload: r#"{"type": "app.renamed", "name": "Zürich \u2014 \"A\\B\"\n\u0007", "nested": {"b": [1, null, true], "a": {}}}"#
            .into(),
        metadata: r#"{"correlation_id":"c","actor_kind":"user"}"#.into(),
        recorded_at: at(0) + TimeDelta::microseconds(1_234),
    }
}

#[test]
fn values_have_this_text() {
    for (written, expected) in [
        ("null", "null"),
        (" [ true , false , [ ] , { } ] ", "[true,false,[],{}]"),
        ("9007199254740991", "9007199254740991"),
        ("[-9007199254740991,0,-1]", "[-9007199254740991,0,-1]"),
        (r#""\u0041\u00e9\u20ac\ud83d\ude00""#, "\"Aé€😀\""),
        (r#""\/\u0008\u0009\u000a\u000c\u000d\u0022\u005c""#, r#""/\b\t\n\f\r\"\\""#),
        (r#""\u0000\u001B\u007f\u2028""#, "\"\\u0000\\u001b\u{7f}\u{2028}\""),
        (r#"{"b":1,"a":{"d":2,"c":3},"":4,"aa":5,"B":6}"#, r#"{"":4,"B":6,"a":{"c":3,"d":2},"aa":5,"b":1}"#),
        // By UTF-16 code units the surrogates of U+10000 come before U+E000; by code points it is the other way round.
        ("{\"\u{e000}\":1,\"\u{10000}\":2,\"\u{f6}\":3}", "{\"\u{f6}\":3,\"\u{10000}\":2,\"\u{e000}\":1}"),
        // RFC 8785, 3.2.3.
        (
            r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#,
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}",
        ),
    ] {
        assert_eq!(canonical(written).unwrap(), expected, "{written}");
    }
}

#[test]
fn numbers_that_implementations_hold_differently_have_no_text() {
    for number in [
        "1.5",
        "1.0",
        "1e3",
        "-0",
        "9007199254740992",
        "-9007199254740992",
        "18446744073709551616",
        "-9223372036854775809",
    ] {
        let found = canonical(&format!(r#"{{"a":[{number}]}}"#));
        assert!(matches!(found, Err(JsonError::Number(_))), "{number}: {found:?}");
    }
}

#[test]
fn a_member_that_is_named_twice_is_not_chosen_from() {
    let twice = |name: &str| Err(JsonError::NamedTwice(name.into()));
    assert_eq!(canonical(r#"{"a":1,"b":2,"a":1}"#), twice("a"));
    assert_eq!(canonical(r#"[{"x":{"é":1,"\u00e9":2}}]"#), twice("é"));
}

#[test]
fn an_event_is_these_bytes_and_this_leaf() {
    let golden = concat!(
        r#"{"aggregate_id":"4ae1f3c8-52b7-4d9d-8c06-7f3b9e1d2a65","aggregate_type":"app","#,
        r#""event_id":"0198c6d2-7f3a-5b1c-9d4e-5f60718293a4","event_type":"app.renamed","event_version":"1","#,
        r#""metadata":{"actor_kind":"user","correlation_id":"c"},"#,
        r#""payload":{"name":"Zürich — \"A\\B\"\n\u0007","nested":{"a":{},"b":[1,null,true]},"type":"app.renamed"},"#,
        r#""position":42,"recorded_at":"2026-02-16T00:00:00.001234Z","sequence":2}"#,
    );
    assert_eq!(canonical_json(&event()).unwrap(), golden);
    assert_eq!(leaf(&event()).unwrap().to_string(), "00bdaea4d7e001cd5284e73fad1efc33f869ee6912198586d848be296c2093e8");
}

#[test]
fn how_a_store_writes_json_does_not_matter() {
    let metadata = "{ \"actor_kind\" : \"user\",\n\t\"correlation_id\" : \"\\u0063\" }".to_owned();
    assert_eq!(leaf(&RecordedEvent { metadata, ..event() }), leaf(&event()));
}

#[test]
fn an_event_that_is_not_json_in_whole_microseconds_has_no_leaf() {
    for text in ["", "{", "{}x", "{\"a\":\"\\ud800\"}", "nul", "[1,]"] {
        let found = leaf(&RecordedEvent { payload: text.into(), ..event() });
        assert!(matches!(found, Err(CanonicalError::NotJson { member: "payload", .. })), "{text}");
        let found = leaf(&RecordedEvent { metadata: text.into(), ..event() });
        assert!(matches!(found, Err(CanonicalError::NotJson { member: "metadata", .. })), "{text}");
    }
    let recorded_at = at(0) + TimeDelta::nanoseconds(1);
    assert_eq!(leaf(&RecordedEvent { recorded_at, ..event() }), Err(CanonicalError::Time(recorded_at)));
    let far = DateTime::from_timestamp(253_402_300_800, 0).unwrap();
    assert_eq!(canonical_time(far), Err(CanonicalError::Time(far)));
    let leap = DateTime::from_timestamp(59, 1_500_000_000).unwrap();
    assert_eq!(canonical_time(leap), Err(CanonicalError::Time(leap)));
    let position = 1 << 53;
    assert!(matches!(leaf(&RecordedEvent { position, ..event() }), Err(CanonicalError::Value(_))));
}

#[test]
fn a_time_is_written_as_others_write_it_and_only_that_is_read() {
    let mut numbers = Numbers(7);
    for _ in 0..2_000 {
        let micros = i64::try_from(numbers.next() % 315_569_520_000_000_000).unwrap() - 62_167_219_200_000_000;
        let time = DateTime::from_timestamp_micros(micros).unwrap();
        let written = canonical_time(time).unwrap();
        assert_eq!(written, time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
        assert_eq!(parse_time(&written), Some(time));
        let (place, byte) = (numbers.below(written.len()), u8::try_from(numbers.next() % 128).unwrap());
        let mut other = written.clone().into_bytes();
        other[place] = byte;
        let other = String::from_utf8(other).unwrap();
        // Whatever is read would be written the same.
        assert!(parse_time(&other).is_none_or(|time| canonical_time(time) == Ok(other.clone())), "{other}");
    }
    for text in [
        "",
        "2026-11-22T08:00:00Z",
        "2026-11-22T08:00:00.000000",
        "2026-11-22 08:00:00.000000Z",
        "2026-11-22T08:00:00.000000z",
        "2026-02-30T08:00:00.000000Z",
        "2026-11-22T24:00:00.000000Z",
        "2026-11-22T08:00:60.000000Z",
        "+026-11-22T08:00:00.000000Z",
    ] {
        assert_eq!(parse_time(text), None, "{text}");
    }
}
