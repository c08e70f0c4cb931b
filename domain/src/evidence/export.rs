//! A line of an export: the file that the exporter writes and an offline verifier reads.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use uuid::Uuid;

use super::canonical::{CanonicalError, Members, canonical_time, parse_time, parsed};
use super::digest::Digest;
use super::json::{Json, read_text};
use super::verify::Item;
use crate::log::RecordedEvent;

/// One line of JSON. The first is the header; then the events in their order, a checkpoint anywhere behind the events that
/// it covers; the last is a checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ExportLine {
    Event(Box<ExportEvent>),
    Checkpoint {
        /// The full text of the signed note.
        checkpoint: String,
    },
    Header(ExportHeader),
}

/// What the file is. A reader passes over members that it does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportHeader {
    pub format: ExportFormat,
    /// [`ExportHeader::VERSION`]; a reader refuses others.
    pub version: u64,
    /// Which log it claims to be. What to trust is not taken from here.
    pub origin: String,
    /// The verifier keys of those who signed the checkpoints, as the exporter states them: a reader who has them from
    /// elsewhere compares, and one who has not knows at least whose word it is.
    #[serde(default)]
    pub keys: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportFormat {
    #[serde(rename = "routix-events")]
    RoutixEvents,
}

impl ExportHeader {
    pub const VERSION: u64 = 1;

    pub fn new(origin: &str, keys: Vec<String>) -> Self {
        Self { format: ExportFormat::RoutixEvents, version: Self::VERSION, origin: origin.to_owned(), keys }
    }
}

/// An event and what is stored beside it. All members but the first three are those of its canonical text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportEvent {
    pub index: u64,
    pub leaf: Digest,
    pub chain: Digest,
    pub position: u64,
    #[serde(deserialize_with = "read_id")]
    pub event_id: Uuid,
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub sequence: u64,
    pub event_type: String,
    pub event_version: String,
    pub payload: Json,
    pub metadata: Json,
    /// As [`canonical_time`] writes it.
    #[serde(serialize_with = "write_time", deserialize_with = "read_time")]
    pub recorded_at: DateTime<Utc>,
}

impl ExportEvent {
    /// The leaf of the event in it, whatever is stored beside it.
    ///
    /// # Errors
    /// Those of [`super::leaf`].
    pub fn computed_leaf(&self) -> Result<Digest, CanonicalError> {
        Members {
            position: self.position,
            event_id: self.event_id,
            aggregate_type: &self.aggregate_type,
            aggregate_id: &self.aggregate_id,
            sequence: self.sequence,
            event_type: &self.event_type,
            event_version: &self.event_version,
            payload: &self.payload,
            metadata: &self.metadata,
            recorded_at: self.recorded_at,
        }
        .leaf()
    }
}

impl TryFrom<&Item> for ExportEvent {
    type Error = CanonicalError;

    /// # Errors
    /// [`CanonicalError::NotJson`] for a payload or metadata that cannot be exported as values.
    fn try_from(item: &Item) -> Result<Self, CanonicalError> {
        let event = &item.event;
        Ok(Self {
            index: item.index,
            leaf: item.leaf,
            chain: item.chain,
            position: event.position,
            event_id: event.event_id,
            aggregate_type: event.aggregate_type.clone(),
            aggregate_id: event.aggregate_id.clone(),
            sequence: event.sequence,
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            payload: parsed("payload", &event.payload)?,
            metadata: parsed("metadata", &event.metadata)?,
            recorded_at: event.recorded_at,
        })
    }
}

impl From<ExportEvent> for Item {
    fn from(line: ExportEvent) -> Self {
        let event = RecordedEvent {
            position: line.position,
            event_id: line.event_id,
            aggregate_type: line.aggregate_type,
            aggregate_id: line.aggregate_id,
            sequence: line.sequence,
            event_type: line.event_type,
            event_version: line.event_version,
            payload: text(&line.payload),
            metadata: text(&line.metadata),
            recorded_at: line.recorded_at,
        };
        Self { index: line.index, leaf: line.leaf, chain: line.chain, event }
    }
}

/// With every member that was read, also one that is named twice, so that the verifier sees it. Text that serde_json could
/// not write would come out empty, and the verifier would call that unreadable.
fn text(value: &Json) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Only as it is in the canonical text. A UUID can be read from others, and a line that was changed from one to another
/// would pass here and fail in a verifier that hashes what it reads.
fn read_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
    read_text(deserializer, |text| {
        let written = |id: &Uuid| *id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == *text;
        text.parse().ok().filter(written).ok_or("a UUID has lower-case digits and four hyphens")
    })
}

fn write_time<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&canonical_time(*time).map_err(ser::Error::custom)?)
}

fn read_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    read_text(deserializer, |text| parse_time(text).ok_or("a time has six digits and Z"))
}
