//! The events that operators let a projection pass, as JSON, the same for `/readyz` and the command line.

use chrono::SecondsFormat;
use routix_projections::skips::{Skip, Skips};
use serde_json::{Value, json};

/// Who let the projection pass what, when and why.
pub fn skipped(skips: &Skips) -> Value {
    let one = |skip: &Skip| {
        json!({
            "position": skip.position,
            "event_id": skip.event_id,
            "skipped_at": skip.skipped_at.to_rfc3339_opts(SecondsFormat::Micros, true),
            "actor": {"kind": skip.actor.kind(), "id": skip.actor.id()},
            "reason": skip.reason,
        })
    };
    skips.iter().map(one).collect()
}
