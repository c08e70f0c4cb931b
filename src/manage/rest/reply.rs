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

/// `200` with the rows, or with the only one when the caller accepts a single object.
///
/// # Errors
/// `406` when a single object was asked for and there is not exactly one.
pub(super) fn rows(headers: &HeaderMap, rows: Vec<Map<String, Value>>) -> Result<Response, ManageError> {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (body, content_type) = if accept.starts_with(ONE_OBJECT) {
        let count = rows.len();
        let mut rows = rows.into_iter();
        match (rows.next(), rows.next()) {
            (Some(only), None) => (Value::Object(only), ONE_OBJECT),
            _ => return Err(ManageError::NotOneRow(count)),
        }
    } else {
        (Value::Array(rows.into_iter().map(Value::Object).collect()), "application/json")
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
    ];
    Ok((StatusCode::OK, headers, body.to_string()).into_response())
}
