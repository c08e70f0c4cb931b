//! What a record source does, whatever the database.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::proxy::catalogue::{ApiVersion, FieldValue, Resource};
use crate::proxy::tenant::Tenant;

use super::if_match::IfMatch;

/// What is read or written: a resource in a version, in one branch.
#[derive(Clone, Debug)]
pub struct Target {
    pub resource: Arc<Resource>,
    pub version: ApiVersion,
    pub tenant: Tenant,
}

/// A place in the resource's fields, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub field: usize,
    pub descending: bool,
}

/// Which rows, in which order. Without an order: as they were created; equal values always in that order too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    pub limit: u32,
    /// How many rows to pass over; each of them is walked over.
    pub offset: u32,
    /// Behind the row at this place, which is found at once. Only without an order, and nothing is passed over then.
    pub after: Option<i64>,
    pub order: Option<Order>,
    pub filters: Vec<(usize, FieldValue)>,
}

/// A page, as the text between `[` and `]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub objects: Vec<u8>,
    pub count: u32,
    pub total: u64,
    /// Whether there are rows behind it.
    pub more: bool,
    /// The place of its last row, as it was created.
    pub last: Option<i64>,
}

/// One record as the text of its JSON object, with its row version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub id: Uuid,
    pub version: i64,
    pub object: Vec<u8>,
}

/// A write that may be a repetition.
#[derive(Clone, Debug)]
pub struct Retry {
    pub app_id: Uuid,
    /// What is written, without the version of the API: a key is looked for under it.
    pub route: String,
    pub key: String,
    /// SHA-256 of route, version and body: what must be the same again.
    pub fingerprint: [u8; 32],
}

#[derive(Clone, Debug)]
pub struct NewRecord {
    pub id: Uuid,
    pub now: DateTime<Utc>,
    pub values: Vec<(usize, FieldValue)>,
    pub retry: Option<Retry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub record: Stored,
    /// The answer to an earlier request with the same key.
    pub replayed: bool,
}

#[derive(Clone, Debug)]
pub struct Change {
    pub id: Uuid,
    pub now: DateTime<Utc>,
    pub values: Vec<(usize, FieldValue)>,
    pub if_match: Option<IfMatch>,
    pub retry: Option<Retry>,
}

#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("no such record in this branch")]
    NoSuchRecord,
    #[error("the record has changed")]
    PreconditionFailed,
    #[error("'{field}' is taken")]
    Conflict { field: String },
    #[error("a field names a record that is not in this branch")]
    UnknownReference { fields: Vec<String> },
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Nothing is known to have changed; trying again is right.
    #[error("the database did not answer in time")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    #[error("the database refused a statement or holds a row that cannot be read")]
    Broken(#[source] Box<dyn Error + Send + Sync>),
}

/// Records of every resource of a catalogue. Each statement is limited to the target's tenant.
#[async_trait]
pub trait RecordSource: Send + Sync {
    /// A page and the number of all rows that fit, both of one moment.
    async fn list(&self, target: &Target, query: &ListQuery) -> Result<Page, RecordError>;

    /// `None` when the branch has no such record.
    async fn get(&self, target: &Target, id: Uuid) -> Result<Option<Stored>, RecordError>;

    /// Writes the row and, when it may be repeated, its answer, in one transaction.
    async fn create(&self, target: &Target, record: NewRecord) -> Result<Written, RecordError>;

    /// Judges `if_match` in the transaction of the write, so that of two writers who read the same row one fails. A
    /// repetition is answered before it is judged. The answer is written as in `create`.
    async fn update(&self, target: &Target, change: Change) -> Result<Written, RecordError>;

    /// Creates records in their order, all in one transaction: every one or none.
    async fn load(&self, target: &Target, records: Vec<NewRecord>) -> Result<(), RecordError>;
}
