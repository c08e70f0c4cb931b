//! What can go wrong with the read models.

use super::room::Bytes;
use routix_domain::log::FeedError;

use crate::database::DatabaseError;
use crate::rows::ApplyError;
use crate::table::UnreadableRow;

/// The read models could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the read models do not answer")]
    Unavailable(#[source] DatabaseError),
    #[error(transparent)]
    Row(#[from] UnreadableRow),
    #[error("the projection '{projection}' stops at position {position}")]
    Poison {
        projection: &'static str,
        position: u64,
        #[source]
        source: ApplyError,
    },
    #[error(
        "{projection}: a rebuild needs {needed} free, twice the tables ({live}), and read.db may only grow by {free}"
    )]
    NoRoom { projection: &'static str, needed: Bytes, live: Bytes, free: Bytes },
    #[error("the tables of '{projection}' are of version {live} and this routix writes version {wanted}; rebuild them")]
    OtherVersion { projection: &'static str, live: u32, wanted: u32 },
    /// The log was restored from an older backup.
    #[error("the tables of '{projection}' stand at position {at} and the log ends at {head}; rebuild them")]
    AheadOfLog { projection: &'static str, at: u64, head: u64 },
    /// The log was restored from an older backup, and has grown since.
    #[error(
        "the tables of '{projection}' were made from another log: the event at position {at} is not theirs; rebuild them"
    )]
    OtherLog { projection: &'static str, at: u64 },
    #[error("the tables that were being built are gone; somebody else finished or dropped them")]
    BuildGone,
    /// What was built is kept, and the next rebuild goes on with it.
    #[error(
        "somebody has read the tables of '{projection}' for so long that the new ones could not take their place; look for \
         the transaction that holds them, and rebuild again: nothing of it is lost"
    )]
    InUse { projection: &'static str },
    #[error("the log cannot be read")]
    Feed(#[from] FeedError),
    #[error("a database task was cancelled")]
    Cancelled,
    #[error("a projection panicked: {0}")]
    Panicked(String),
}

impl ReadError {
    /// Whether the tables are not of this log or not of this version, so that nothing but a rebuild helps.
    pub fn wants_rebuild(&self) -> bool {
        match self {
            Self::OtherVersion { .. } | Self::AheadOfLog { .. } | Self::OtherLog { .. } => true,
            Self::Unavailable(_)
            | Self::Row(_)
            | Self::Poison { .. }
            | Self::NoRoom { .. }
            | Self::BuildGone
            | Self::InUse { .. }
            | Self::Feed(_)
            | Self::Cancelled
            | Self::Panicked(_) => false,
        }
    }

    /// Whether it will be there at the next try too, unless somebody does something about it.
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Unavailable(DatabaseError::Unreadable { .. }) | Self::Row(_) | Self::Poison { .. } => true,
            Self::NoRoom { .. } => true,
            Self::Feed(FeedError::Corrupt { .. }) | Self::Panicked(_) => true,
            Self::OtherVersion { .. } | Self::AheadOfLog { .. } | Self::OtherLog { .. } => true,
            Self::Unavailable(_) | Self::BuildGone | Self::InUse { .. } => false,
            Self::Feed(FeedError::Unavailable(_)) | Self::Cancelled => false,
        }
    }

    /// What to tell whoever asks how a projection is, which may be anybody: without what a database says of itself.
    pub fn answer(&self) -> String {
        match self {
            Self::Unavailable(_) | Self::Feed(FeedError::Unavailable(_)) => self.to_string(),
            Self::Row(_)
            | Self::Poison { .. }
            | Self::NoRoom { .. }
            | Self::OtherVersion { .. }
            | Self::AheadOfLog { .. }
            | Self::OtherLog { .. }
            | Self::BuildGone
            | Self::InUse { .. }
            | Self::Feed(FeedError::Corrupt { .. })
            | Self::Cancelled
            | Self::Panicked(_) => self.sentence(),
        }
    }

    /// The error with what is behind it, in one line.
    pub(crate) fn sentence(&self) -> String {
        let causes = std::iter::successors(Some(self as &dyn std::error::Error), |error| error.source());
        causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
    }
}

impl From<DatabaseError> for ReadError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Cancelled => Self::Cancelled,
            DatabaseError::Panicked(text) => Self::Panicked(text),
            DatabaseError::Conflict(_)
            | DatabaseError::Unavailable(_)
            | DatabaseError::InUse(_)
            | DatabaseError::Unreadable { .. } => Self::Unavailable(error),
        }
    }
}
