//! The port of what is stored beside the log as evidence: a hash for each event, and signed checkpoints.

use async_trait::async_trait;

use super::feed::FeedError;
use crate::evidence::{Digest, Frontier};

/// What is stored beside one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventHash {
    /// Its place in the log, from 0 and without gaps.
    pub index: u64,
    pub position: u64,
    pub leaf: Digest,
    /// Of its stream, up to and with this event.
    pub chain: Digest,
}

/// A checkpoint as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// How many events it covers.
    pub size: u64,
    /// Of the last of them.
    pub position: u64,
    /// The signed note.
    pub note: String,
}

/// Where sealing stands.
#[derive(Clone, Debug, Default)]
pub struct Sealed {
    /// The tree over what is sealed.
    pub frontier: Frontier,
    /// The newest checkpoint; `None` when nothing was sealed yet.
    pub newest: Option<StoredCheckpoint>,
}

impl Sealed {
    /// Of the last sealed event; 0 when there is none.
    pub fn position(&self) -> u64 {
        self.newest.as_ref().map_or(0, |checkpoint| checkpoint.position)
    }
}

/// Keeps the evidence. It is only added to.
#[async_trait]
pub trait SealStore: Send + Sync {
    async fn sealed(&self) -> Result<Sealed, FeedError>;

    /// The chain of a stream up to and with the event at this position; `None` when that event is not sealed.
    async fn chain_at(&self, position: u64) -> Result<Option<Digest>, FeedError>;

    /// Adds the hashes of the next events and the checkpoint that covers them, all or nothing. `false` when somebody else
    /// sealed them first.
    async fn seal(
        &self,
        hashes: Vec<EventHash>,
        checkpoint: StoredCheckpoint,
        frontier: &Frontier,
    ) -> Result<bool, FeedError>;

    /// Up to `limit` hashes of events behind a position, in order.
    async fn hashes_after(&self, position: u64, limit: usize) -> Result<Vec<EventHash>, FeedError>;

    /// Up to `limit` checkpoints of more than `size` events, in order.
    async fn checkpoints_after(&self, size: u64, limit: usize) -> Result<Vec<StoredCheckpoint>, FeedError>;
}
