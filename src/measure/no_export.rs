//! Without the feature `telemetry` nobody takes spans, and they are part of no trace.

use axum::http::HeaderMap;
use tracing::Span;

pub(super) fn follow(_span: &Span, _headers: &HeaderMap) {}
