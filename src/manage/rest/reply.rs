//! Answering rows: as a list, as one object, or not at all (`Prefer`, `Accept`).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::ManageError;
use super::query::Page;
use crate::hex;
use crate::http::document::is_known;

const CACHE_CONTROL: &str = "private, no-cache";
const ONE_OBJECT: &str = "application/vnd.pgrst.object+json";

/// Whether a change should be answered with the changed rows.
pub(super) fn wants_representation(headers: &HeaderMap) -> bool {
    prefers(headers, "return=representation")
}

/// Whether the caller has a preference (RFC 7240); those that nobody here knows are ignored, as they should be.
fn prefers(headers: &HeaderMap, preference: &str) -> bool {
    let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split([',', ';'])).any(|said| said.trim() == preference)
}

/// Whether the caller takes one object and no list.
fn wants_one_object(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let types = values.flat_map(|value| value.split(','));
    types.filter_map(|range| range.split(';').next()).any(|name| name.trim().eq_ignore_ascii_case(ONE_OBJECT))
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
    let mut response = match is_known(headers, &tag) {
        true => (StatusCode::NOT_MODIFIED, [(header::CACHE_CONTROL, CACHE_CONTROL)]).into_response(),
        false => self::rows(headers, rows)?,
    };
    let value = HeaderValue::from_str(&tag).map_err(|error| ManageError::Internal(Box::new(error)))?;
    response.headers_mut().insert(header::ETAG, value);
    Ok(response)
}

/// `200` with a page of a table, and in `Content-Range` which of its rows these are; of how many, if the caller prefers
/// `count=exact`.
///
/// # Errors
/// `406` when a single object was asked for and there is not exactly one.
pub(super) fn page(headers: &HeaderMap, page: Page) -> Result<Response, ManageError> {
    let range = content_range(headers, (page.offset, page.rows.len()), page.total);
    Ok(with_range(rows(headers, page.rows)?, range))
}

/// What a change that touched these rows answers: `204`, or `200` with them.
///
/// # Errors
/// `406` when a single object was asked for and there is not exactly one.
pub(super) fn changed(
    headers: &HeaderMap,
    count: usize,
    represented: Option<Vec<Map<String, Value>>>,
) -> Result<Response, ManageError> {
    let response = match represented {
        Some(changed) => rows(headers, changed)?,
        None => StatusCode::NO_CONTENT.into_response(),
    };
    Ok(with_range(response, content_range(headers, (0, count), count)))
}

fn content_range(headers: &HeaderMap, (offset, count): (usize, usize), total: usize) -> String {
    let rows = if count == 0 { "*".to_owned() } else { format!("{offset}-{}", offset.saturating_add(count - 1)) };
    if prefers(headers, "count=exact") { format!("{rows}/{total}") } else { format!("{rows}/*") }
}

fn with_range(mut response: Response, range: String) -> Response {
    if let Ok(value) = HeaderValue::try_from(range) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// `200` with the rows, or with the only one when the caller accepts a single object.
///
/// # Errors
/// `406` when a single object was asked for and there is not exactly one.
fn rows(headers: &HeaderMap, rows: Vec<Map<String, Value>>) -> Result<Response, ManageError> {
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
