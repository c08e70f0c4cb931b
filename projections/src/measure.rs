//! What is measured of the followers. Nothing happens where the process keeps no metrics.

use std::time::Duration;

use metrics::{counter, histogram};

/// How long a batch took, by projection.
pub const BATCH_DURATION: &str = "routix_projection_batch_duration_seconds";
/// How many events were in them.
pub const EVENTS: &str = "routix_projection_events_total";

pub(crate) fn batch(projection: &'static str, events: usize, took: Duration) {
    histogram!(BATCH_DURATION, "projection" => projection).record(took);
    counter!(EVENTS, "projection" => projection).increment(u64::try_from(events).unwrap_or(u64::MAX));
}
