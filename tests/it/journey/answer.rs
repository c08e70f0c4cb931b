//! Comparing an answer with what a guide prints.
//!
//! A member that the guide does not print is a difference, except beside `"...": "<more>"`; a list is as long as printed,
//! except when it ends in `"<more>"`. `<uuid>`, `<jwt>`, `<secret>`, `<timestamp>`, `<number>` and `<text>` stand for any
//! value of that form.

use serde_json::{Map, Value};

/// Where and how the answer differs.
pub(super) fn differences(at: &str, expected: &Value, actual: &Value) -> Vec<String> {
    let here = || vec![format!("{at}: printed {expected}, answered {actual}")];
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => members(at, expected, actual),
        (Value::Array(expected), Value::Array(actual)) => {
            let open = expected.last().is_some_and(|last| last == "<more>");
            let printed = &expected[..expected.len() - usize::from(open)];
            let enough = if open { actual.len() >= printed.len() } else { actual.len() == printed.len() };
            if !enough {
                return here();
            }
            let pairs = printed.iter().zip(actual).enumerate();
            pairs.flat_map(|(index, (one, other))| differences(&format!("{at}/{index}"), one, other)).collect()
        }
        (Value::String(rule), _) if rule.starts_with('<') => {
            if fits(rule, actual) {
                Vec::new()
            } else {
                here()
            }
        }
        _ => {
            if expected == actual {
                Vec::new()
            } else {
                here()
            }
        }
    }
}

fn members(at: &str, expected: &Map<String, Value>, actual: &Map<String, Value>) -> Vec<String> {
    let mut found = Vec::new();
    let open = expected.contains_key("...");
    for (name, value) in expected.iter().filter(|(name, _)| *name != "...") {
        match actual.get(name) {
            Some(other) => found.extend(differences(&format!("{at}/{name}"), value, other)),
            None => found.push(format!("{at}/{name}: printed, but not answered")),
        }
    }
    let unprinted = actual.keys().filter(|name| !open && !expected.contains_key(*name));
    found.extend(unprinted.map(|name| format!("{at}/{name}: answered, but not printed")));
    found
}

fn fits(rule: &str, actual: &Value) -> bool {
    let text = actual.as_str().unwrap_or_default();
    let base64 = |part: &str| part.len() > 20 && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    match rule {
        "<uuid>" => text.len() == 36 && uuid::Uuid::parse_str(text).is_ok(),
        "<jwt>" => text.split('.').count() == 3 && text.starts_with("eyJ") && text.split('.').all(base64),
        "<secret>" => text.strip_prefix("routix_").is_some_and(|hex| {
            hex.len() == 40 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        }),
        "<timestamp>" => text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        "<number>" => actual.is_u64(),
        "<text>" => !text.is_empty(),
        other => panic!("{other} is no rule"),
    }
}

#[test]
fn a_difference_of_each_kind_is_found() {
    let printed = serde_json::json!({"id": "<uuid>", "list": [1, "<more>"], "open": {"...": "<more>"}, "a": "b"});
    let count = |actual: Value| differences("", &printed, &actual).len();
    let id = "550e8400-e29b-41d4-a716-446655440000";
    assert_eq!(count(serde_json::json!({"id": id, "list": [1, 2], "open": {"x": 1}, "a": "b"})), 0);
    assert_eq!(count(serde_json::json!({"id": "x", "list": [], "open": 1, "a": "c"})), 4);
    assert_eq!(count(serde_json::json!({"id": id, "list": [1], "open": {}, "other": 1})), 2);
}
