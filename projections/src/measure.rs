//! What is measured of the followers. Nothing happens where the process keeps no metrics.

use std::time::Duration;

use metrics::{counter, histogram};
use tracing::{Span, trace_span};

/// How long a batch took, by projection.
pub const BATCH_DURATION: &str = "routix_projection_batch_duration_seconds";
/// How many events were in them.
pub const EVENTS: &str = "routix_projection_events_total";

/// The target of spans: what a collector of traces asks for, and no log.
pub const SPANS: &str = "routix::spans";

/// The span of a batch.
pub(crate) fn applying(projection: &'static str, events: usize) -> Span {
    trace_span!(target: SPANS, "project", routix.projection = projection, routix.events = events)
}

pub(crate) fn batch(projection: &'static str, events: usize, took: Duration) {
    histogram!(BATCH_DURATION, "projection" => projection).record(took);
    counter!(EVENTS, "projection" => projection).increment(u64::try_from(events).unwrap_or(u64::MAX));
}
