//! Spans: how long each part of a request took, for a collector of OpenTelemetry (feature `telemetry`).
//!
//! Nothing but the collector asks for them, so without one they cost a comparison. Their names and fields are words of
//! this program and ids; what a caller has typed is in none.

use axum::http::{HeaderMap, Method};
use routix_projections::measure::SPANS;
use tracing::field::Empty;
use tracing::{Span, trace_span};
use uuid::Uuid;

/// The span of a request, as a part of the trace that its `traceparent` names (W3C Trace Context, 3.2).
pub fn request(method: &Method, route: Option<&str>, request_id: &str, headers: &HeaderMap) -> Span {
    let route = route.unwrap_or_default();
    let span = trace_span!(
        target: SPANS,
        "request",
        otel.name = format!("{} {route}", known(method)),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = known(method),
        http.route = route,
        http.response.status_code = Empty,
        routix.request_id = request_id,
        routix.organization_id = Empty,
        routix.client_id = Empty,
    );
    super::export::follow(&span, headers);
    span
}

/// A method that anybody could have made up is no name of this program (OpenTelemetry, HTTP spans: `_OTHER`).
fn known(method: &Method) -> &str {
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::PUT, Method::DELETE, Method::OPTIONS];
    if known.contains(method) { method.as_str() } else { "_OTHER" }
}

/// The request was answered. What is a fault of ours makes the span one that failed; what is a caller's does not.
pub fn answered(span: &Span, status: u16) {
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}

/// The request that is being answered is one of this app.
pub fn of_app(organization_id: Option<Uuid>, client_id: Option<Uuid>) {
    let span = Span::current();
    for (name, id) in [("routix.organization_id", organization_id), ("routix.client_id", client_id)] {
        if let Some(id) = id {
            span.record(name, tracing::field::display(id));
        }
    }
}

/// The span of a command on an aggregate of this type.
pub fn command(aggregate: &'static str) -> Span {
    trace_span!(target: SPANS, "command", routix.aggregate = aggregate, routix.attempts = Empty)
}
