//! Proofs that stand alone: that one event is in the log of a checkpoint, or that the log of an older checkpoint is the
//! beginning of that of a newer one.

use std::sync::Arc;

use routix_domain::evidence::{
    Checkpoint, Digest, ExportEvent, Finding, Item, ProofBuilder, ProofError, Trust, Verifier, VerifierKey, leaf,
    verify_consistency, verify_inclusion,
};
use routix_domain::log::{EventFeed, FeedError, SealStore, StoredCheckpoint};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::check::{Kept, checkpoint_in};

/// How many hashes or events are read at a time.
const PAGE: usize = 1_000;

/// The file: one line of JSON with everything that is needed to check it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proof {
    pub format: ProofFormat,
    pub version: u64,
    /// Who signed the checkpoints, as the prover states it.
    pub keys: Vec<String>,
    #[serde(flatten)]
    pub of: Proven,
    /// The hashes of RFC 9162, 2.1.3 or 2.1.4, in hexadecimal and in its order.
    pub proof: Vec<Digest>,
    /// The signed note of the newer checkpoint.
    pub checkpoint: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProofFormat {
    #[serde(rename = "routix-proof")]
    RoutixProof,
}

/// What is proven.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proven {
    /// An event is in the log; its index is in it.
    Inclusion { size: u64, event: Box<ExportEvent> },
    /// The log of the older checkpoint is the beginning.
    Consistency { old_size: u64, size: u64, old_checkpoint: String },
}

/// Why there is no proof, or why it proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    #[error("the log or its evidence does not answer")]
    Store(#[from] FeedError),
    #[error("there is no event {0}")]
    NoEvent(String),
    #[error("the event at position {0} is not sealed yet, or not by this checkpoint")]
    NotSealed(u64),
    #[error("no checkpoint was made at {0} events")]
    NoCheckpoint(u64),
    #[error("nothing is sealed yet")]
    NothingSealed,
    #[error("what is stored beside the log does not fit it; run `routix events verify`")]
    Evidence,
    #[error("it is proven by nothing")]
    Proof(#[from] ProofError),
    #[error("the checkpoint cannot be believed: {0}")]
    Checkpoint(String),
    #[error("the event is not the one that the hash in the file is of")]
    OtherEvent,
    #[error("the sizes in the file are not those of its checkpoints")]
    Sizes,
    #[error("another version of the format")]
    Version,
    #[error("the proof names no key; give the one that `routix keys list` prints with --key")]
    NoKey,
}

impl Proof {
    pub const VERSION: u64 = 1;

    fn new(of: Proven, proof: Vec<Digest>, (checkpoint, keys): (String, Vec<String>)) -> Self {
        Self { format: ProofFormat::RoutixProof, version: Self::VERSION, keys, of, proof, checkpoint }
    }

    /// Checks it without a log; tells the newer checkpoint, and the keys when nobody but the file vouches for them.
    ///
    /// # Errors
    /// [`ProveError`] when it proves nothing.
    pub fn check(&self, kept: &Kept) -> Result<(Checkpoint, Vec<VerifierKey>), ProveError> {
        if self.version != Self::VERSION {
            return Err(ProveError::Version);
        }
        let own: Vec<VerifierKey> = self.keys.iter().filter_map(|key| key.parse().ok()).collect();
        let unvouched = if kept.keys.is_empty() { own } else { Vec::new() };
        let keys = if kept.keys.is_empty() { unvouched.clone() } else { kept.keys.clone() };
        if keys.is_empty() {
            return Err(ProveError::NoKey);
        }
        let stated = checkpoint_in(&self.checkpoint).map_err(|error| ProveError::Checkpoint(error.to_string()))?;
        let trust = kept.trust(keys, &stated.origin);
        let newer = believed(&trust, &self.checkpoint)?;
        match &self.of {
            Proven::Inclusion { size, event } => {
                let item = Item::from((**event).clone());
                let is_own = leaf(&item.event).is_ok_and(|computed| computed == item.leaf);
                if !is_own {
                    return Err(ProveError::OtherEvent);
                }
                if *size != newer.size {
                    return Err(ProveError::Sizes);
                }
                verify_inclusion(&item.leaf, item.index, newer.size, &self.proof, &newer.root)?;
            }
            Proven::Consistency { old_size, size, old_checkpoint } => {
                let older = believed(&trust, old_checkpoint)?;
                if (*old_size, *size) != (older.size, newer.size) {
                    return Err(ProveError::Sizes);
                }
                verify_consistency(older.size, newer.size, &older.root, &newer.root, &self.proof)?;
            }
        }
        Ok((newer, unvouched))
    }
}

/// A checkpoint that a trusted key has signed for the trusted origin.
fn believed(trust: &Trust, note: &str) -> Result<Checkpoint, ProveError> {
    // The verifier tells what speaks against it; that its events are not there is what a proof is for.
    match Verifier::new(trust, [note]).finish() {
        Ok(_) | Err(Finding::CutOff { .. }) => {
            checkpoint_in(note).map_err(|error| ProveError::Checkpoint(error.to_string()))
        }
        Err(finding) => Err(ProveError::Checkpoint(finding.to_string())),
    }
}

/// Makes proofs from the stored hashes, in one pass over them and little memory.
pub struct Prover {
    pub feed: Arc<dyn EventFeed>,
    pub seals: Arc<dyn SealStore>,
    /// Those that signed the checkpoints.
    pub keys: Vec<String>,
}

impl Prover {
    /// Where an event stands, by its id: it is in no index, so that the log is read until it comes.
    ///
    /// # Errors
    /// [`ProveError::NoEvent`].
    pub async fn position_of(&self, id: Uuid) -> Result<u64, ProveError> {
        let (mut read, head) = (0, self.feed.head().await?);
        while read < head {
            let page = self.feed.read_on(read, PAGE).await?;
            if let Some(event) = page.events.iter().find(|event| event.event_id == id) {
                return Ok(event.position);
            }
            read = page.next.max(read + 1);
        }
        Err(ProveError::NoEvent(id.to_string()))
    }

    /// That the event at a position is in the log of the checkpoint at `size`, or of the newest.
    ///
    /// # Errors
    /// [`ProveError`] when there is no such event or checkpoint, or when the evidence does not fit.
    pub async fn inclusion(&self, position: u64, size: Option<u64>) -> Result<Proof, ProveError> {
        let before = position.saturating_sub(1);
        let event = self.feed.read_after(before, 1).await?.events.pop().filter(|event| event.position == position);
        let event = event.ok_or_else(|| ProveError::NoEvent(position.to_string()))?;
        let hash = self.seals.hashes_after(before, 1).await?.pop().filter(|hash| hash.position == position);
        let hash = hash.ok_or(ProveError::NotSealed(position))?;
        let checkpoint = self.checkpoint(size).await?;
        if hash.index >= checkpoint.size {
            return Err(ProveError::NotSealed(position));
        }
        let proof = self.built(ProofBuilder::inclusion(hash.index, checkpoint.size)?, checkpoint.size).await?;
        let item = Item { index: hash.index, leaf: hash.leaf, chain: hash.chain, event };
        let event = ExportEvent::try_from(&item).map_err(|_| ProveError::Evidence)?;
        let of = Proven::Inclusion { size: checkpoint.size, event: Box::new(event) };
        Ok(Proof::new(of, proof, (checkpoint.note, self.keys.clone())))
    }

    /// That the log of an older checkpoint is the beginning of that of the one at `size`, or of the newest.
    ///
    /// # Errors
    /// [`ProveError`] when the older one is none, or when it is not so.
    pub async fn consistency(&self, old_note: &str, size: Option<u64>) -> Result<Proof, ProveError> {
        let older = checkpoint_in(old_note).map_err(|error| ProveError::Checkpoint(error.to_string()))?;
        let checkpoint = self.checkpoint(size).await?;
        let newer = checkpoint_in(&checkpoint.note).map_err(|error| ProveError::Checkpoint(error.to_string()))?;
        let proof = self.built(ProofBuilder::consistency(older.size, newer.size)?, newer.size).await?;
        verify_consistency(older.size, newer.size, &older.root, &newer.root, &proof)?;
        let old_checkpoint = old_note.to_owned();
        let of = Proven::Consistency { old_size: older.size, size: newer.size, old_checkpoint };
        Ok(Proof::new(of, proof, (checkpoint.note, self.keys.clone())))
    }

    async fn checkpoint(&self, size: Option<u64>) -> Result<StoredCheckpoint, ProveError> {
        let Some(size) = size else { return self.seals.sealed().await?.newest.ok_or(ProveError::NothingSealed) };
        let found = self.seals.checkpoints_after(size.saturating_sub(1), 1).await?.pop();
        found.filter(|checkpoint| checkpoint.size == size).ok_or(ProveError::NoCheckpoint(size))
    }

    async fn built(&self, mut builder: ProofBuilder, size: u64) -> Result<Vec<Digest>, ProveError> {
        let (mut read, mut index) = (0, 0);
        while index < size {
            let page = self.seals.hashes_after(read, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for hash in page {
                if hash.index != index {
                    return Err(ProveError::Evidence);
                }
                builder.append(hash.leaf);
                (read, index) = (hash.position, index + 1);
            }
        }
        Ok(builder.finish()?)
    }
}
