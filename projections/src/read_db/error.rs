//! What can go wrong with the read models.

use crate::rows::ApplyError;
use crate::table::UnreadableRow;

/// The read models could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the read models do not answer")]
    Unavailable(#[from] rusqlite::Error),
    #[error(transparent)]
    Row(#[from] UnreadableRow),
    #[error("the projection '{projection}' stops at position {position}")]
    Poison {
        projection: &'static str,
        position: u64,
        #[source]
        source: ApplyError,
    },
    #[error("the tables of '{projection}' are of version {live} and this routix writes version {wanted}; rebuild them")]
    OtherVersion { projection: &'static str, live: u32, wanted: u32 },
    /// The log was restored from an older backup.
    #[error("the tables of '{projection}' stand at position {at} and the log ends at {head}; rebuild them")]
    AheadOfLog { projection: &'static str, at: u64, head: u64 },
    #[error("the tables that were being built are gone; somebody else finished or dropped them")]
    BuildGone,
    #[error("the log cannot be read")]
    Feed(#[from] routix_domain::log::FeedError),
    #[error("a database task was cancelled")]
    Cancelled,
}
