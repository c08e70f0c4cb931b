//! What the writing of records asks of a database.

use uuid::Uuid;

use super::dialect::Dialect;
use super::statement::Statement;
use super::{RecordError, Retry, Stored, Target};

/// The first answer to a write with a key, as it is kept.
pub(super) struct Answer {
    pub(super) fingerprint: Vec<u8>,
    pub(super) record: Stored,
}

/// A transaction of one tenant. It blocks, and ends as its holder decides: nothing here commits.
pub(super) trait Transaction {
    fn dialect(&self) -> &'static Dialect;

    /// # Errors
    /// [`RecordError::Conflict`] where a unique field is taken, else what the database said.
    fn execute(&mut self, statement: &Statement<'_>) -> Result<(), RecordError>;

    /// Whether there is such a row.
    fn exists(&mut self, statement: &Statement<'_>) -> Result<bool, RecordError>;

    /// The record, and nobody else changes it before this transaction ends.
    fn record(&mut self, target: &Target, id: Uuid) -> Result<Option<Stored>, RecordError>;

    /// The answer that a statement finds: fingerprint, id, version and text of the object.
    fn answer(&mut self, statement: &Statement<'_>) -> Result<Option<Answer>, RecordError>;

    /// Waits until nobody else is in the middle of a write with this key.
    fn wait_for(&mut self, target: &Target, retry: &Retry) -> Result<(), RecordError>;
}
