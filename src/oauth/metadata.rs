//! What clients can find out by themselves: RFC 8414 for the server, RFC 9728 for the resource.
//!
//! Only what works is named.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use routix_domain::value::ScopeSet;
use serde_json::{Value, json};

use crate::access::Resource;
use crate::http::Failure;

/// What the metadata documents say.
pub struct Metadata {
    pub resource: Resource,
    /// The scopes that exist.
    pub scopes: ScopeSet,
}

impl Metadata {
    fn scopes(&self) -> Vec<String> {
        self.scopes.iter().map(ToString::to_string).collect()
    }
}

/// The well-known documents.
pub fn router(metadata: Arc<Metadata>) -> Router {
    const RESOURCE: &str = "/.well-known/oauth-protected-resource";
    Router::new()
        .route("/.well-known/oauth-authorization-server", get(server))
        .route(RESOURCE, get(|State(metadata): State<Arc<Metadata>>| async move { resource(&metadata, "") }))
        .route(
            &format!("{RESOURCE}/{{*path}}"),
            get(|State(metadata): State<Arc<Metadata>>, Path(path): Path<String>| async move {
                resource(&metadata, &format!("/{path}"))
            }),
        )
        .with_state(metadata)
}

async fn server(State(metadata): State<Arc<Metadata>>) -> Response {
    let issuer = metadata.resource.issuer();
    document(&json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/auth/v1/oauth/token"),
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": metadata.scopes(),
        // Required by RFC 8414, 2; no response type works before the authorization endpoint does.
        "response_types_supported": [],
    }))
}

fn resource(metadata: &Metadata, path: &str) -> Response {
    match metadata.resource.metadata(path, &metadata.scopes()) {
        Some(found) => document(&found),
        None => Failure::new(StatusCode::NOT_FOUND, "not_found", "there is no such resource").into_response(),
    }
}

fn document(value: &Value) -> Response {
    let mut response = Json(value).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}
