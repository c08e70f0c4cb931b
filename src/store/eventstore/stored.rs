//! How an event stands in the server: JSON, with the version beside our metadata in the server's custom metadata.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use cqrs_es::persist::{PersistenceError, SerializedEvent};
use eventstore::{EventData, RecordedEvent as Stored};
use routix_domain::log::RecordedEvent;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::feed::position;
use crate::store::event_id::event_id;

/// The raw value keeps the text as it was written: read models hash it.
#[derive(Serialize, Deserialize)]
struct Custom<'a> {
    #[serde(borrow)]
    event_version: Cow<'a, str>,
    #[serde(borrow)]
    metadata: Cow<'a, RawValue>,
}

/// An event of ours that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnreadableEvent {
    #[error("its payload is not text")]
    Payload(#[source] std::str::Utf8Error),
    #[error("its metadata is not that of an event")]
    Metadata(#[source] serde_json::Error),
    #[error("its time {0:?} is no time")]
    Time(String),
}

/// What is sent for an event. Its text is what comes back.
pub(super) fn to_send(event: &SerializedEvent, id: Uuid) -> Result<EventData, PersistenceError> {
    let metadata = RawValue::from_string(event.metadata.to_string())?;
    let custom = Custom { event_version: Cow::Borrowed(&event.event_version), metadata: Cow::Owned(metadata) };
    Ok(EventData::json(&event.event_type, &event.payload)?.id(id).metadata_as_json(&custom)?)
}

/// The event as the log has it.
pub(super) fn recorded(stored: &Stored, stream: (&str, &str)) -> Result<RecordedEvent, UnreadableEvent> {
    let (aggregate_type, aggregate_id) = (stream.0.to_owned(), stream.1.to_owned());
    let sequence = stored.revision.saturating_add(1);
    let custom = custom(stored)?;
    Ok(RecordedEvent {
        position: position(stored.position),
        // Not the id that the server knows it by, which is one append's own.
        event_id: event_id(&aggregate_type, &aggregate_id, sequence),
        aggregate_type,
        aggregate_id,
        sequence,
        event_type: stored.event_type.clone(),
        event_version: custom.event_version.into_owned(),
        payload: std::str::from_utf8(&stored.data).map_err(UnreadableEvent::Payload)?.to_owned(),
        metadata: custom.metadata.get().to_owned(),
        recorded_at: recorded_at(stored)?,
    })
}

/// The event as cqrs-es reads it.
pub(super) fn serialized(stored: &Stored, stream: (&str, &str)) -> Result<SerializedEvent, PersistenceError> {
    let custom = custom(stored).map_err(|error| PersistenceError::DeserializationError(Box::new(error)))?;
    Ok(SerializedEvent {
        aggregate_id: stream.1.to_owned(),
        sequence: usize::try_from(stored.revision).unwrap_or(usize::MAX).saturating_add(1),
        aggregate_type: stream.0.to_owned(),
        event_type: stored.event_type.clone(),
        event_version: custom.event_version.into_owned(),
        payload: serde_json::from_slice(&stored.data)?,
        metadata: serde_json::from_str(custom.metadata.get())?,
    })
}

fn custom(stored: &Stored) -> Result<Custom<'_>, UnreadableEvent> {
    serde_json::from_slice(&stored.custom_metadata).map_err(UnreadableEvent::Metadata)
}

/// The server counts 100 nanoseconds since 1970. The client's own `created` has whole seconds only.
fn recorded_at(stored: &Stored) -> Result<DateTime<Utc>, UnreadableEvent> {
    let created = stored.metadata.get("created").map(String::as_str).unwrap_or_default();
    let time = created.parse().ok().and_then(|ticks: i64| DateTime::from_timestamp_micros(ticks / 10));
    time.ok_or_else(|| UnreadableEvent::Time(created.to_owned()))
}
