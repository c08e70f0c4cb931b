//! The headers that make a request conditional.

use axum::http::{HeaderMap, HeaderName, header};
use routix_domain::value::Fault;

use crate::proxy::records::IfMatch;

/// `If-Match` of a change. `None` without the header.
pub(super) fn if_match(headers: &HeaderMap) -> Result<Option<IfMatch>, Fault> {
    let Some(value) = joined(headers, &header::IF_MATCH) else { return Ok(None) };
    let fault = || Fault::new("If-Match", "invalid_format", "must be *, or entity tags in quotes between commas");
    IfMatch::parse(&value, false).ok_or_else(fault).map(Some)
}

/// Whether `If-None-Match` names this row version: the caller has it already. What cannot be read asks for nothing.
pub(super) fn is_known(headers: &HeaderMap, version: i64) -> bool {
    let value = joined(headers, &header::IF_NONE_MATCH);
    value.and_then(|value| IfMatch::parse(&value, true)).is_some_and(|tags| tags.holds(version))
}

/// A list header that came in several lines is one list (RFC 9110, 5.3).
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<_> = headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}
