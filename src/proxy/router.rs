//! The proxy as a router: both path forms, every method, one way through.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use crate::system::System;

use super::catalogue::Catalogue;
use super::gate::Gate;
use super::phases;
use super::records::RecordSource;

/// What a request to the proxy needs.
#[derive(Clone)]
pub struct Proxy {
    pub catalogue: Arc<Catalogue>,
    pub records: Arc<dyn RecordSource>,
    pub gate: Arc<dyn Gate>,
    pub system: System,
    /// Scheme and authority of the links in answers, without a slash at the end.
    pub public_url: String,
}

/// Both path forms. Which of them exist is found out by the phases, in the contract's order, so that every method and
/// path below the two prefixes is taken.
pub fn router(proxy: Arc<Proxy>) -> Router {
    Router::new().route("/functions/v1/api/{*rest}", any(answer)).route("/api/{*rest}", any(answer)).with_state(proxy)
}

async fn answer(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let outcome = phases::run(&proxy, request).await;
    let mut response = outcome.unwrap_or_else(IntoResponse::into_response);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.append(header::VARY, HeaderValue::from_static("Authorization"));
    response
}
