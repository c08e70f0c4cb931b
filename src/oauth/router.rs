//! The doors of the OAuth server, one line an operation.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::routing::{get, post};

use super::authorize::{self, authorizations};
use super::introspect::introspect;
use super::revoke::revoke;
use super::server::OAuthServer;
use super::token::{Door, token};
use crate::http::Failure;
use crate::http::origin::RequestOrigin;

/// The page on which a person decides.
pub fn pages(server: Arc<OAuthServer>) -> Router {
    Router::new().route(authorize::PATH, get(authorize::start).post(authorize::decide)).with_state(server)
}

/// The doors for programs.
pub fn router(server: Arc<OAuthServer>) -> Router {
    let door = |door: Door| {
        post(move |State(server): State<Arc<OAuthServer>>, origin: RequestOrigin, request: Request| async move {
            token(&server, door, &origin, request).await.map_err(Failure::from)
        })
    };
    Router::new()
        .route("/functions/v1/oauth-token", door(Door::Functions))
        .route("/auth/v1/oauth/token", door(Door::Auth))
        .route("/oauth2/token", door(Door::Routera))
        .route("/oauth/token", door(Door::Routee))
        .route("/auth/v1/oauth/revoke", post(revoke))
        .route("/auth/v1/oauth/introspect", post(introspect))
        .route("/auth/v1/oauth/authorizations", post(authorizations::create))
        .route("/auth/v1/oauth/authorizations/{id}", get(authorizations::show))
        .route("/auth/v1/oauth/authorizations/{id}/consent", post(authorizations::consent))
        .with_state(server)
}
