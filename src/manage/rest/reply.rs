//! Answering rows: as a list, as one object, or not at all (`Prefer`, `Accept`).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::super::ManageError;

const ONE_OBJECT: &str = "application/vnd.pgrst.object+json";

/// Whether a change should be answered with the changed rows.
pub(super) fn wants_representation(headers: &HeaderMap) -> bool {
    headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|preference| preference.trim() == "return=representation"))
}

/// Whether the caller takes one object and no list.
fn wants_one_object(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.starts_with(ONE_OBJECT))
}

/// Whether `count` rows can be answered in the form that is asked for.
///
/// # Errors
/// `406` when a single object is asked for and there is not exactly one.
pub(super) fn check_count(headers: &HeaderMap, count: usize) -> Result<(), ManageError> {
    if wants_one_object(headers) && count != 1 { Err(ManageError::NotOneRow(count)) } else { Ok(()) }
}

/// `200` with the rows, or with the only one when the caller accepts a single object.
///
/// # Errors
/// `406` when a single object was asked for and there is not exactly one.
pub(super) fn rows(headers: &HeaderMap, rows: Vec<Map<String, Value>>) -> Result<Response, ManageError> {
    check_count(headers, rows.len())?;
    let mut rows = rows.into_iter().map(Value::Object);
    let (body, content_type) = if wants_one_object(headers) {
        (rows.next().unwrap_or_default(), ONE_OBJECT)
    } else {
        (Value::Array(rows.collect()), "application/json")
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
    ];
    Ok((StatusCode::OK, headers, body.to_string()).into_response())
}
