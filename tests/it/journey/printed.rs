//! Comparing what an example printed with the block that the guide has behind it.
//!
//! JSON has the same members of the same types; words that programs decide by are the very same. `"…"` at the end of a list
//! stands for more items. Text is the same but for its digits.

use serde_json::Value;

/// Members whose value is compared, and not only its type.
const WORDS: [&str; 14] = [
    "error",
    "error_description",
    "token_type",
    "expires_in",
    "scope",
    "version",
    "status",
    "type",
    "code",
    "field",
    "message",
    "warning",
    "active",
    "member",
];

/// # Panics
/// When they differ.
pub(super) fn compare(example: &str, block: Option<&(String, String)>, printed: &str) {
    match block.map(|(language, text)| (language.as_str(), text.as_str())) {
        Some(("json", text)) => same_json(example, text, printed),
        Some(("http", text)) => same_answer(example, text, printed),
        Some(("text", text)) => assert_eq!(without_digits(printed.trim()), without_digits(text.trim()), "{example}"),
        Some((other, _)) => panic!("{example}: nobody compares {other}"),
        None => assert_eq!(printed, "", "{example}: it prints something, and nothing is behind it"),
    }
}

fn without_digits(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut kept = String::new();
    for c in lines.join("\n").chars() {
        // However many digits a number has, it is one number.
        if !c.is_ascii_digit() {
            kept.push(c);
        } else if !kept.ends_with('0') {
            kept.push('0');
        }
    }
    // A status is what the example is about.
    let is_status = |line: &&str| line.len() == 3 && line.bytes().all(|byte| byte.is_ascii_digit());
    kept + &lines.iter().filter(|line| is_status(line)).copied().collect::<Vec<_>>().join(" ")
}

/// Status, the headers that are in the block, and the body.
fn same_answer(example: &str, block: &str, printed: &str) {
    let printed = printed.replace("\r\n", "\n");
    let (head, body) = printed.split_once("\n\n").unwrap();
    let (expected_head, expected_body) = block.split_once("\n\n").unwrap_or((block.trim_end(), ""));
    let head: Vec<String> = head.lines().map(str::to_lowercase).collect();
    for (index, line) in expected_head.lines().enumerate() {
        let line = line.to_lowercase();
        let name = line.split(": ").next().unwrap();
        let found = head.iter().enumerate().any(|(place, actual)| {
            // Where a record is differs from one run to the next.
            let same = if name == "location" {
                actual.starts_with("location: /functions/v1/api/v1/")
            } else {
                *actual == line
            };
            same && (index > 0 || place == 0)
        });
        assert!(found, "{example}: no {line} in {head:?}");
    }
    if expected_body.is_empty() {
        assert_eq!(body, "", "{example}");
    } else {
        same_json(example, expected_body, body);
    }
}

fn same_json(example: &str, block: &str, printed: &str) {
    let block: Value = serde_json::from_str(block).unwrap_or_else(|error| panic!("{error} in {block}"));
    let printed: Value =
        serde_json::from_str(printed).unwrap_or_else(|error| panic!("{example}\n{error} in {printed}"));
    let found = differences("", &block, &printed);
    assert!(found.is_empty(), "{example}\n{}\n{printed}", found.join("\n"));
}

fn differences(at: &str, block: &Value, printed: &Value) -> Vec<String> {
    let here = || vec![format!("{at}: the guide has {block}, the program {printed}")];
    match (block, printed) {
        (Value::Object(block), Value::Object(printed)) => {
            let unprinted = block.keys().filter(|name| !printed.contains_key(*name));
            let mut found: Vec<_> = unprinted.map(|name| format!("{at}/{name}: only in the guide")).collect();
            for (name, value) in printed {
                let at = format!("{at}/{name}");
                match block.get(name) {
                    None => found.push(format!("{at}: not in the guide")),
                    Some(word) if WORDS.contains(&name.as_str()) && word != value => {
                        found.push(format!("{at}: the guide has {word}, the program {value}"));
                    }
                    Some(known) => found.extend(differences(&at, known, value)),
                }
            }
            found
        }
        (Value::Array(block), Value::Array(printed)) => items(at, block, printed),
        (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Null, Value::Null) => Vec::new(),
        _ => here(),
    }
}

/// Every item is like the one at its place, or like the last one.
fn items(at: &str, block: &[Value], printed: &[Value]) -> Vec<String> {
    let open = block.last().is_some_and(|last| last == "…");
    let known = &block[..block.len() - usize::from(open)];
    if known.is_empty() != printed.is_empty() {
        return vec![format!("{at}: one of them is empty")];
    }
    let pairs = printed.iter().enumerate().filter(|(index, _)| !open || *index < known.len());
    let like = |index: usize| known.get(index).or(known.last()).unwrap();
    pairs.flat_map(|(index, item)| differences(&format!("{at}/{index}"), like(index), item)).collect()
}

#[test]
fn a_difference_of_each_kind_is_found() {
    let block = serde_json::json!({"error": "a", "n": 1, "list": [{"id": "x"}], "open": [1, "…"], "none": null});
    let count = |printed: Value| differences("", &block, &printed).len();
    let same =
        serde_json::json!({"error": "a", "n": 2, "list": [{"id": "y"}, {"id": "z"}], "open": [3, "x"], "none": null});
    assert_eq!(count(same), 0);
    let other = serde_json::json!({"error": "b", "n": "1", "list": [{"id": 1}, {"no": "z"}], "open": ["x"], "more": 1});
    assert_eq!(count(other), 8);
    assert_eq!(without_digits("a 12 of 3\n200"), without_digits("a 4 of 56\n200"));
    assert_ne!(without_digits("200\n"), without_digits("401"));
}
