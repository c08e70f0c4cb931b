//! JSON bodies: of every door, and those of the token door.

use routix::http::json::parse_object;
use serde_json::Value;

use crate::house;

/// An object is read as serde_json reads it, or refused, and reads the same after it was written.
pub fn check(bytes: &[u8]) {
    let Ok(members) = parse_object(bytes) else {
        assert!(house::token_request("application/json", bytes).is_none(), "what is no object is no request");
        return;
    };
    let usual: Option<Value> = serde_json::from_slice(bytes).ok();
    assert_eq!(usual.as_ref(), Some(&Value::Object(members.clone())));
    // A fraction may lose its last bit on the way, and no door takes one.
    if members.values().all(is_exact) {
        let written = Value::Object(members.clone()).to_string();
        assert_eq!(parse_object(written.as_bytes()).as_ref(), Ok(&members));
    }
    let Some(read) = house::token_request("application/json", bytes) else { return };
    for (name, value) in &members {
        assert_eq!(read.optional(name), value.as_str().filter(|text| !text.is_empty()), "only texts are parameters");
    }
}

fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_f64(),
        Value::Array(items) => items.iter().all(is_exact),
        Value::Object(members) => members.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}
