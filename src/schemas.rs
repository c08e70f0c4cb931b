//! The published JSON Schemas of events: an index at `/schemas`, each at `/schemas/events/{type}.v{version}.json`.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use routix_domain::schema::{SCHEMAS, Schema};
use serde_json::{Value, json};

use crate::http::document::Document;
use crate::http::failure::Failure;

/// They change with the version of routix at most, and only in their words.
const CACHE: &str = "public, max-age=86400";

pub fn router() -> Router {
    Router::new().route("/schemas", get(index)).route("/schemas/", get(index)).route("/schemas/events/{name}", get(one))
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
    Document::new("application/json", CACHE, listed().to_string()).answer(&headers)
}

async fn one(headers: HeaderMap, Path(name): Path<String>) -> Response {
    match SCHEMAS.iter().find(|schema| schema.name() == name) {
        Some(schema) => Document::new("application/schema+json", CACHE, schema.text).answer(&headers),
        None => Failure::new(StatusCode::NOT_FOUND, "not_found", "there is no such schema").into_response(),
    }
}
