//! Answering rows: as a list, as one object, or not at all (`Prefer`, `Accept`).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::ManageError;
use crate::hex;

const CACHE_CONTROL: &str = "private, no-cache";
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

/// As [`rows`], with a strong `ETag`; `304` for a caller who has just this answer.
///
/// The tag begins with the position of the newest event, and ends with a digest of the answer: names are no part of the
/// log, and a person who is forgotten must not live on in a cache.
///
/// # Errors
/// As [`rows`].
pub(super) fn tagged_rows(
    headers: &HeaderMap,
    rows: Vec<Map<String, Value>>,
    newest: u64,
) -> Result<Response, ManageError> {
    check_count(headers, rows.len())?;
    let text = json!([rows, wants_one_object(headers)]).to_string();
    let tag = format!("\"{newest}-{}\"", &hex::encode(&Sha256::digest(text))[..16]);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut response = match known.flat_map(|value| value.split(',')).any(|known| means(known, &tag)) {
        true => (StatusCode::NOT_MODIFIED, [(header::CACHE_CONTROL, CACHE_CONTROL)]).into_response(),
        false => self::rows(headers, rows)?,
    };
    let value = HeaderValue::from_str(&tag).map_err(|error| ManageError::Internal(Box::new(error)))?;
    response.headers_mut().insert(header::ETAG, value);
    Ok(response)
}

/// Whether one member of an `If-None-Match` is this tag, which is compared weakly there (RFC 9110, 13.1.2).
fn means(known: &str, tag: &str) -> bool {
    let known = known.trim();
    known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
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
        (header::CACHE_CONTROL, HeaderValue::from_static(CACHE_CONTROL)),
    ];
    Ok((StatusCode::OK, headers, body.to_string()).into_response())
}

/// `200` with one object that is no row.
pub(super) fn object(body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static(CACHE_CONTROL)),
    ];
    (StatusCode::OK, headers, body.to_string()).into_response()
}
