//! The published JSON Schemas of events: an index at `/schemas/`, each at `/schemas/events/{type}.v{version}.json`.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use routix_domain::schema::{SCHEMAS, Schema};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::hex;
use crate::http::failure::Failure;

/// They change with the version of routix at most, and only in their words.
const CACHE: &str = "public, max-age=86400";

pub fn router() -> Router {
    Router::new().route("/schemas/", get(index)).route("/schemas/events/{name}", get(one))
}

/// What there is, and where.
pub fn listed() -> Value {
    let line = |schema: &Schema| {
        let url = format!("/schemas/events/{}", schema.name());
        json!({"type": schema.event_type, "version": schema.event_version, "url": url})
    };
    json!({"events": SCHEMAS.iter().map(line).collect::<Vec<_>>()})
}

async fn index(headers: HeaderMap) -> Response {
    document(&headers, "application/json", listed().to_string())
}

async fn one(headers: HeaderMap, Path(name): Path<String>) -> Response {
    match SCHEMAS.iter().find(|schema| schema.name() == name) {
        Some(schema) => document(&headers, "application/schema+json", schema.text.to_owned()),
        None => Failure::new(StatusCode::NOT_FOUND, "not_found", "there is no such schema").into_response(),
    }
}

fn document(headers: &HeaderMap, content_type: &'static str, text: String) -> Response {
    let tag = format!("\"{}\"", &hex::encode(&Sha256::digest(&text))[..32]);
    // A list of tags, weak ones too; none of them holds a comma or is part of another.
    let asked = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = asked.flat_map(|list| list.split(',')).map(str::trim);
    let is_known = known.map(|known| known.trim_start_matches("W/")).any(|known| known == tag || known == "*");
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Response::new(Body::from(text)),
    };
    let into = response.headers_mut();
    into.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        into.insert(header::ETAG, tag);
    }
    if !is_known {
        into.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}
