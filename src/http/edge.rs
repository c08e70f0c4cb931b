//! The outermost layer: a request id for everything, refusal of ambiguous requests, one rendering of failures, one log
//! line and one count a request.
//!
//! The line holds the matched route and never the URL: a query string may carry a token that somebody put there.

use std::convert::Infallible;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::Route;
use axum::routing::future::RouteFuture;
use axum::{Json, Router};
use futures_util::FutureExt;
use tower::layer::layer_fn;
use tower::{Service, service_fn};
use tracing::{Instrument, Span, error_span};

use super::dialect::{Dialect, PostgrestCode};
use super::failure::Failure;
use super::forwarded::TrustedProxies;
use super::trace::trace_id;
use crate::measure::{self, spans};
use crate::system::System;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const MAX_PATH: usize = 8 * 1_024;

/// The address at the other end of the connection: the caller, or a proxy in front.
#[derive(Clone, Copy, Debug)]
pub struct PeerAddress(pub IpAddr);

/// Whose request it is, as far as the outermost layer can tell.
#[derive(Clone, Debug)]
pub struct Caller {
    /// In the log line of the request, in its answer, in the events it caused.
    pub request_id: Arc<str>,
    /// As far as those who say it are believed.
    pub address: Option<IpAddr>,
}

/// What the outermost layer knows.
pub struct Edge {
    pub system: System,
    pub proxies: TrustedProxies,
    pub requests: measure::Requests,
}

/// A request that takes longer than this is given up; hyper has closed those that never sent their headers before.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// A request that has come in.
struct Incoming {
    dialect: Dialect,
    line: LogLine,
    span: Span,
    traced: Span,
}

impl Edge {
    /// Wraps every route. A middleware that is an `async fn` would take two futures more for each request.
    pub fn around(self, router: Router) -> Router {
        let edge = Arc::new(self);
        router.layer(layer_fn(move |mut route: Route| {
            let edge = Arc::clone(&edge);
            service_fn(move |mut request: Request| {
                let incoming = edge.begin(&mut request);
                let answer = match ambiguous(&request) {
                    Some(failure) => Err(failure),
                    None => Ok(route.call(request)),
                };
                incoming.end(answer)
            })
        }))
    }

    fn begin(&self, request: &mut Request) -> Incoming {
        let id = request_id(request.headers(), &self.system);
        let dialect = Dialect::of(request.uri().path(), request.headers());
        let route = request.extensions().get::<MatchedPath>().cloned();
        let trace_id = trace_id(request.headers()).map(str::to_owned);
        // Only who follows a trace pays for a span; every line below it says which trace it belongs to.
        let span = trace_id.as_ref().map_or_else(Span::none, |trace_id| error_span!("request", trace_id));
        let path = route.as_ref().map(MatchedPath::as_str);
        let traced = span.in_scope(|| spans::request(request.method(), path, &id, request.headers()));
        let peer = request.extensions().get().copied();
        let address = peer.map(|PeerAddress(peer)| self.proxies.client(peer, request.headers()));
        let measured = measure::Request::begin(&self.requests, request.method().clone(), route);
        request.extensions_mut().insert(Caller { request_id: Arc::clone(&id), address });
        Incoming { dialect, line: LogLine { measured, id, trace_id }, span, traced }
    }
}

impl Incoming {
    async fn end(mut self, answer: Result<RouteFuture<Infallible>, Failure>) -> Result<Response, Infallible> {
        let response = match answer {
            Ok(answer) => run(answer).instrument(self.traced.clone()).instrument(self.span.clone()).await,
            // Nobody knows where the next request begins, after one that can be read in two ways.
            Err(failure) => failure.header(header::CONNECTION, HeaderValue::from_static("close")).into_response(),
        };
        let Self { dialect, line, span, traced } = &mut self;
        let mut response = span.in_scope(|| render(response, *dialect, &line.id, line.measured.method()));
        mark(&mut response, &line.id);
        line.measured.status = response.status().as_u16();
        spans::answered(traced, line.measured.status);
        Ok(response)
    }
}

/// The answer to a request that is refused before it comes to a route.
pub(super) fn refusal<B>(request: &axum::http::Request<B>, failure: Failure, system: &System) -> Response {
    let (headers, id) = (request.headers(), request_id(request.headers(), system));
    let dialect = Dialect::of(request.uri().path(), headers);
    let mut response = render(failure.into_response(), dialect, &id, request.method());
    mark(&mut response, &id);
    response
}

/// What every answer has.
fn mark(response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// Waits for the answer, for the end of the time for it, or for a panic, which is a fault of ours and ends nothing else.
async fn run(answer: RouteFuture<Infallible>) -> Response {
    match AssertUnwindSafe(tokio::time::timeout(REQUEST_TIME, answer)).catch_unwind().await {
        Ok(Ok(Ok(response))) => response,
        Ok(Err(_elapsed)) => {
            Failure::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", "the request took too long").into_response()
        }
        Err(_panic) => Failure::internal(Panicked).into_response(),
    }
}

/// A handler panicked; the panic itself is in the log already.
#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
struct Panicked;

/// Written when it is dropped, so that a request whose caller hung up leaves its line too, with status 0.
struct LogLine {
    measured: measure::Request,
    id: Arc<str>,
    trace_id: Option<String>,
}

impl Drop for LogLine {
    fn drop(&mut self) {
        tracing::info!(
            target: "routix::request",
            method = %self.measured.method(),
            route = self.measured.route(),
            status = self.measured.status,
            microseconds = u64::try_from(self.measured.elapsed().as_micros()).unwrap_or(u64::MAX),
            request_id = &*self.id,
            trace_id = self.trace_id,
            "request"
        );
    }
}

/// A caller's own id is echoed when it can do no harm in a log or a header.
fn request_id(headers: &HeaderMap, system: &System) -> Arc<str> {
    let given = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    });
    given.map_or_else(|| system.ordered_id().to_string().into(), Into::into)
}

/// Requests that two programs could read in two ways.
pub(super) fn ambiguous<B>(request: &axum::http::Request<B>) -> Option<Failure> {
    let headers = request.headers();
    let count = |name: HeaderName| headers.get_all(name).iter().count();
    if count(header::HOST) != 1 {
        return Some(Failure::invalid_request("send exactly one Host header"));
    }
    let host = headers.get(header::HOST).map(|host| Authority::try_from(host.as_bytes()));
    if host.is_some_and(|host| host.is_err()) {
        return Some(Failure::invalid_request("the Host header names no host"));
    }
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE, header::CONTENT_LENGTH, IDEMPOTENCY_KEY] {
        if count(name.clone()) > 1 {
            return Some(Failure::invalid_request(format!("the header {name} is given twice")));
        }
    }
    // hyper takes whatever ends in it, and `chunked, chunked` too.
    let encodings: Vec<&[u8]> = headers.get_all(header::TRANSFER_ENCODING).iter().map(HeaderValue::as_bytes).collect();
    if !matches!(encodings.as_slice(), [] | [_]) || encodings.iter().any(|one| !one.eq_ignore_ascii_case(b"chunked")) {
        return Some(Failure::invalid_request("the one transfer encoding is chunked"));
    }
    if request.uri().path().len() > MAX_PATH {
        return Some(Failure::new(StatusCode::URI_TOO_LONG, "uri_too_long", "the path is too long"));
    }
    None
}

/// Writes the body of a failure; axum's own bare 404 and 405 become failures too.
fn render(mut response: Response, dialect: Dialect, id: &str, method: &Method) -> Response {
    let failure = match response.extensions().get::<Failure>() {
        Some(failure) => failure.clone(),
        None => match bare(&response, dialect) {
            Some(failure) => failure,
            None => {
                response.headers_mut().extend(dialect.headers(None));
                return response;
            }
        },
    };
    if let Some(cause) = failure.cause_chain() {
        tracing::error!(target: "routix::failure", request_id = id, code = failure.code, cause, "request failed");
    }
    let body = failure.body(dialect, id);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let mut rendered = Json(body).into_response();
    if *method == Method::HEAD {
        *rendered.body_mut() = axum::body::Body::empty();
    }
    *rendered.status_mut() = parts.status;
    let headers = rendered.headers_mut();
    if !parts.headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.extend(dialect.headers(Some(&failure)));
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE {
            headers.append(name, value.clone());
        }
    }
    rendered
}

fn bare(response: &Response, dialect: Dialect) -> Option<Failure> {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    // What axum refuses by itself, a path that is no UTF-8 for instance, is plain text in its own words.
    if content_type.is_some_and(|value| !value.as_bytes().starts_with(b"text/plain")) {
        return None;
    }
    let (code, description) = match response.status() {
        StatusCode::BAD_REQUEST => ("invalid_request", "the path cannot be read"),
        StatusCode::NOT_FOUND => ("not_found", "there is nothing at this path"),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "this path does not take this method; see Allow"),
        _ => return None,
    };
    let mut failure = Failure::new(response.status(), code, description);
    if dialect == Dialect::Rest && failure.status == StatusCode::NOT_FOUND {
        failure.postgrest_code = Some(PostgrestCode::NoTable);
    }
    Some(failure)
}
