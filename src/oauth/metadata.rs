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
    let url = |path: &str| format!("{issuer}{path}");
    document(&json!({
        "issuer": issuer,
        "authorization_endpoint": url("/auth/v1/oauth/authorize"),
        "token_endpoint": url("/auth/v1/oauth/token"),
        "revocation_endpoint": url("/auth/v1/oauth/revoke"),
        "introspection_endpoint": url("/auth/v1/oauth/introspect"),
        "scopes_supported": metadata.scopes(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        // A public client proves nothing, so it may not ask.
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "authorization_response_iss_parameter_supported": true,
        "protected_resources": [metadata.resource.names()[1]],
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
