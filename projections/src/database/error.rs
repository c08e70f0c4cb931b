//! What can go wrong with a database, whichever it is.

use std::any::Any;
use std::error::Error;

use tokio::task::JoinError;

/// What a database's own client says.
type Cause = Box<dyn Error + Send + Sync>;

/// The database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A key is taken, or a rule of the table forbids it. Nothing else is wrong.
    #[error("the database refused a row")]
    Conflict(#[source] Cause),
    /// It cannot be reached, is busy, full or broken, or refused the statement.
    #[error("the database does not answer")]
    Unavailable(#[source] Cause),
    /// Somebody else held what was wanted for longer than was to be waited.
    #[error("somebody else uses it for too long")]
    InUse(#[source] Cause),
    #[error("the column at place {column} holds a value of another type")]
    Unreadable { column: usize },
    #[error("a database task was cancelled")]
    Cancelled,
    #[error("a database task panicked: {0}")]
    Panicked(String),
}

impl DatabaseError {
    pub(crate) fn unavailable(error: impl Into<Cause>) -> Self {
        Self::Unavailable(error.into())
    }

    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// What became of a task that did not return.
    pub(crate) fn ended(error: JoinError) -> Self {
        error.try_into_panic().map_or(Self::Cancelled, |panic| Self::panicked(&*panic))
    }

    /// What a panic said.
    pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        Self::Panicked(text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default())
    }
}
