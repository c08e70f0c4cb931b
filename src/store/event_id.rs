//! The id of an event.

use uuid::Uuid;

/// The namespace of event ids (RFC 9562, 5.5).
const EVENT_IDS: Uuid = Uuid::from_u128(0x4c2d_67b0_3c1e_5d0a_9a41_6e0f_27d5_8b13);

/// Derived from stream and sequence, and so the same on every store and at every retry of an append.
pub(super) fn event_id(aggregate_type: &str, aggregate_id: &str, sequence: u64) -> Uuid {
    Uuid::new_v5(&EVENT_IDS, format!("{aggregate_type}-{aggregate_id}/{sequence}").as_bytes())
}
