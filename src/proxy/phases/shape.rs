//! The answers: JSON text around what the record source has written, and the headers of the contract.

use std::fmt::Write;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::proxy::catalogue::ApiVersion;
use crate::proxy::records::{ListQuery, Page, Stored, Written};

use super::parameters::{LARGEST_OFFSET, Pairs};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// `next` is the cursor behind the page.
pub(super) fn page(page: &Page, query: &ListQuery, next: Option<&str>, version: ApiVersion) -> Response {
    let mut body = Vec::with_capacity(page.objects.len() + 96);
    body.extend_from_slice(b"{\"data\":[");
    body.extend_from_slice(&page.objects);
    body.extend_from_slice(b"],\"pagination\":");
    let mut rest = String::with_capacity(160);
    // Writing to a String cannot fail.
    let _ = write!(rest, "{{\"limit\":{},\"offset\":{},\"total\":{}", query.limit, query.offset, page.total);
    if let Some(next) = next {
        let _ = write!(rest, ",\"next\":\"{next}\"");
    }
    let _ = write!(rest, "}},\"version\":\"{}\"}}", version.as_str());
    body.extend_from_slice(rest.as_bytes());
    json(StatusCode::OK, body)
}

pub(super) fn record(status: StatusCode, record: &Stored, version: ApiVersion) -> Response {
    let mut body = Vec::with_capacity(record.object.len() + 32);
    body.extend_from_slice(b"{\"data\":");
    body.extend_from_slice(&record.object);
    body.extend_from_slice(b",\"version\":\"");
    body.extend_from_slice(version.as_str().as_bytes());
    body.extend_from_slice(b"\"}");
    let mut response = json(status, body);
    tag(response.headers_mut(), record.version);
    response
}

/// The record after a write, and whether this is the first time that it is told.
pub(super) fn written(status: StatusCode, written: &Written, version: ApiVersion) -> Response {
    let mut response = record(status, &written.record, version);
    if written.replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

pub(super) fn not_modified(version: i64) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    tag(response.headers_mut(), version);
    response
}

fn tag(headers: &mut HeaderMap, version: i64) {
    if let Ok(value) = HeaderValue::try_from(format!("\"{version}\"")) {
        headers.insert(header::ETAG, value);
    }
}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The first page, the one before and the one after (RFC 8288). `base` is the address without its query. Pages are walked
/// forwards: so deep that no offset reaches the one before, there is no link to it.
pub(super) fn links(base: &str, chosen: &Pairs, query: &ListQuery, next: Option<&str>) -> Option<HeaderValue> {
    let mut rows = String::new();
    for (name, value) in chosen {
        encode(&mut rows, name);
        rows.push('=');
        encode(&mut rows, value);
        rows.push('&');
    }
    let mut links = String::with_capacity(384);
    let mut add = |relation: &str, place: std::fmt::Arguments<'_>| {
        let comma = if links.is_empty() { "" } else { ", " };
        let _ = write!(links, "{comma}<{base}?{rows}limit={}&{place}>; rel=\"{relation}\"", query.limit);
    };
    add("first", format_args!("offset=0"));
    let before = query.offset.saturating_sub(query.limit);
    if query.offset > 0 && before <= LARGEST_OFFSET {
        add("prev", format_args!("offset={before}"));
    }
    if let Some(next) = next {
        add("next", format_args!("cursor={next}"));
    }
    HeaderValue::try_from(links).ok()
}

/// All but the unreserved characters of RFC 3986 as percent escapes.
fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_link_to_a_page_that_no_offset_reaches() {
        let place = |offset| {
            let query = ListQuery { limit: 100, offset, after: None, order: None, filters: Vec::new() };
            let links = links("", &Pairs::new(), &query, None).unwrap();
            let before =
                links.to_str().unwrap().split(", ").find(|link| link.ends_with("rel=\"prev\"")).map(str::to_owned);
            before.map(|link| link["<?limit=100&offset=".len()..].split('>').next().unwrap().parse::<u32>().unwrap())
        };
        let expected = [(0, None), (1, Some(0)), (150, Some(50)), (10_000, Some(9_900)), (10_100, Some(10_000))];
        for (offset, before) in expected.into_iter().chain([(10_101, None), (u32::MAX, None)]) {
            assert_eq!(place(offset), before, "{offset}");
        }
    }
}
