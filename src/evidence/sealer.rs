//! The sealer: it follows the log, hashes what is new, and signs checkpoints.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use routix_domain::evidence::{CanonicalError, Checkpoint, CheckpointError, Digest, leaf};
use routix_domain::log::{EventFeed, EventHash, FeedError, RecordedEvent, SealStore, Sealed, StoredCheckpoint};

use crate::keys::{KeyFileError, KeyRing};
use crate::system::System;

/// At most so many events under one checkpoint: the first bad place of a log is known to lie between two of them.
const MAX_EVENTS: u64 = 1_000;
/// How often it is looked whether there is something to seal.
const LOOK: Duration = Duration::from_secs(1);
/// At the latest so many looks after an event was recorded it is sealed.
const MAX_LOOKS: u32 = 10;

/// Why the log could not be sealed. Nothing is lost: it is sealed once the cause is gone.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the log or its evidence does not answer")]
    Store(#[from] FeedError),
    #[error("the event at position {position} has no canonical form")]
    Event {
        position: u64,
        #[source]
        source: CanonicalError,
    },
    #[error("the event at position {0} follows one that is not sealed")]
    Unchained(u64),
    #[error("the evidence at or behind position {0} is not what it was: a tree or a checkpoint was changed or removed")]
    Stuck(u64),
    #[error("there is no key to sign checkpoints with")]
    Key(#[from] KeyFileError),
    #[error("the checkpoint could not be written")]
    Checkpoint(#[from] CheckpointError),
    #[error("the newest checkpoint cannot be read")]
    Newest(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Seals the log. Clones share everything; several may run, and one of them is first.
#[derive(Clone)]
pub struct Sealer {
    pub feed: Arc<dyn EventFeed>,
    pub seals: Arc<dyn SealStore>,
    pub keys: KeyRing,
    pub system: System,
}

impl Sealer {
    /// Seals what is not sealed yet, and tells where sealing stands then.
    ///
    /// # Errors
    /// [`SealError`].
    pub async fn seal_all(&self) -> Result<Sealed, SealError> {
        self.seal_all_telling(&mut |_, _| {}).await
    }

    /// The same, and tells after each checkpoint up to which position of which newest one the log is sealed.
    ///
    /// # Errors
    /// [`SealError`].
    pub async fn seal_all_telling(&self, said: &mut (dyn FnMut(u64, u64) + Send)) -> Result<Sealed, SealError> {
        loop {
            let sealed = self.seals.sealed().await?;
            let page =
                self.feed.read_after(sealed.position(), usize::try_from(MAX_EVENTS).unwrap_or(usize::MAX)).await?;
            if page.events.is_empty() {
                return Ok(sealed);
            }
            let before = sealed.position();
            let reached = page.events.last().map_or(before, |event| event.position);
            // Somebody else may have been first. When nobody was, the evidence takes nothing more: a row of it is gone.
            if !self.seal(sealed, &page.events).await? && self.seals.sealed().await?.position() == before {
                return Err(SealError::Stuck(before));
            }
            said(reached, page.head);
        }
    }

    /// Seals the log as it grows, until it is dropped.
    pub async fn run(self) {
        let mut ticks = tokio::time::interval(LOOK);
        let (mut looks, mut said) = (0, None);
        loop {
            ticks.tick().await;
            looks += 1;
            let outcome = self.look(&mut looks).await;
            // Once is enough while the cause stays the same.
            let trouble = outcome.err().map(|error| chain(&error));
            if trouble != said
                && let Some(cause) = &trouble
            {
                tracing::error!(target: "routix::evidence", cause, "the log is not sealed");
            }
            said = trouble;
        }
    }

    async fn look(&self, looks: &mut u32) -> Result<(), SealError> {
        let waiting = self.feed.head().await?.saturating_sub(self.seals.sealed().await?.position());
        if waiting == 0 {
            // The first event after a quiet time waits as long as any other.
            *looks = 0;
        } else if waiting >= MAX_EVENTS || *looks >= MAX_LOOKS {
            self.seal_all().await?;
            *looks = 0;
        }
        Ok(())
    }

    async fn seal(&self, sealed: Sealed, events: &[RecordedEvent]) -> Result<bool, SealError> {
        let Sealed { mut frontier, newest } = sealed;
        let before = newest.as_ref().map(read).transpose()?;
        // What was changed beside the log must not be signed over.
        if before.as_ref().is_some_and(|checkpoint| checkpoint.root != frontier.root()) {
            return Err(SealError::Stuck(newest.map_or(0, |stored| stored.position)));
        }
        let mut chains: HashMap<(&str, &str), Digest> = HashMap::new();
        let mut hashes = Vec::with_capacity(events.len());
        for event in events {
            let position = event.position;
            let leaf = leaf(event).map_err(|source| SealError::Event { position, source })?;
            let stream = (event.aggregate_type.as_str(), event.aggregate_id.as_str());
            let before = match chains.get(&stream) {
                Some(chain) => *chain,
                None => self.chain_before(event).await?,
            };
            let chain = Digest::chained(&before, &leaf);
            chains.insert(stream, chain);
            hashes.push(EventHash { index: frontier.size(), position, leaf, chain });
            frontier.append(leaf);
        }
        let position = events.last().map_or(0, |event| event.position);
        let checkpoint = Checkpoint {
            // What names this log in every checkpoint.
            origin: before.map_or_else(|| format!("routix/{}", self.system.id()), |checkpoint| checkpoint.origin),
            size: frontier.size(),
            root: frontier.root(),
            position,
            time: self.system.now(),
        };
        let signer = self.keys.current().checkpoint_signer()?;
        let note = checkpoint.sign(&[&signer])?.to_string();
        let stored = StoredCheckpoint { size: frontier.size(), position, note };
        Ok(self.seals.seal(hashes, stored, &frontier).await?)
    }

    async fn chain_before(&self, event: &RecordedEvent) -> Result<Digest, SealError> {
        if event.sequence <= 1 {
            return Ok(Digest::ZERO);
        }
        let unchained = SealError::Unchained(event.position);
        let sequence = event.sequence - 1;
        match self.feed.position_of(&event.aggregate_type, &event.aggregate_id, sequence).await? {
            Some(before) => self.seals.chain_at(before).await?.ok_or(unchained),
            None => Err(unchained),
        }
    }
}

fn read(stored: &StoredCheckpoint) -> Result<Checkpoint, SealError> {
    let note = stored.note.parse().map_err(|error| SealError::Newest(Box::new(error)))?;
    Ok(Checkpoint::of_note(&note)?)
}

fn chain(error: &SealError) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
