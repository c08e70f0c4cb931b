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
use crate::keys::{KEY_SET_SECONDS, KeyRing};

/// Where the public keys are.
const JWKS: &str = "/.well-known/jwks.json";

/// What the metadata documents say.
pub struct Metadata {
    pub resource: Resource,
    /// The scopes that exist.
    pub scopes: ScopeSet,
    pub keys: KeyRing,
}

impl Metadata {
    fn scopes(&self) -> Vec<String> {
        self.scopes.iter().map(ToString::to_string).collect()
    }
}

/// The well-known documents.
pub fn router(metadata: Arc<Metadata>) -> Router {
    Router::new()
        .route("/.well-known/oauth-authorization-server", get(server))
        .route(JWKS, get(key_set))
        .route(
            "/.well-known/oauth-protected-resource",
            get(|State(metadata): State<Arc<Metadata>>| async move { resource(&metadata, "") }),
        )
        .route(
            "/.well-known/oauth-protected-resource/{*path}",
            get(|State(metadata): State<Arc<Metadata>>, Path(path): Path<String>| async move {
                resource(&metadata, &format!("/{path}"))
            }),
        )
        .with_state(metadata)
}

async fn server(State(metadata): State<Arc<Metadata>>) -> Response {
    let issuer = metadata.resource.issuer();
    let url = |path: &str| format!("{issuer}{path}");
    let mut server = json!({
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
    });
    // Named only where there is something for those who verify elsewhere.
    if !metadata.keys.current().public().is_empty() {
        server["jwks_uri"] = url(JWKS).into();
    }
    document(&server)
}

/// The public halves of the keys that sign access tokens (RFC 7517, 5), for those who verify elsewhere. A key that signs with
/// HS256 has none: whoever could verify with it could sign. Without any there is no set either.
async fn key_set(State(metadata): State<Arc<Metadata>>) -> Response {
    let keys = metadata.keys.current();
    match keys.public().as_slice() {
        [] => Failure::new(StatusCode::NOT_FOUND, "not_found", "no key here has a public half").into_response(),
        public => document(&json!({"keys": public})),
    }
}

fn resource(metadata: &Metadata, path: &str) -> Response {
    match metadata.resource.metadata(path, &metadata.scopes()) {
        Some(found) => document(&found),
        None => Failure::new(StatusCode::NOT_FOUND, "not_found", "there is no such resource").into_response(),
    }
}

fn document(value: &Value) -> Response {
    let mut response = Json(value).into_response();
    if let Ok(kept) = HeaderValue::try_from(format!("public, max-age={KEY_SET_SECONDS}")) {
        response.headers_mut().insert(header::CACHE_CONTROL, kept);
    }
    response
}
