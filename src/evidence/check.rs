//! The check of a live log or of an exported one.

use std::sync::Arc;

use routix_domain::evidence::{
    Checkpoint, CheckpointError, Finding, Note, Span, Trust, Verified, Verifier, VerifierKey,
};
use routix_domain::log::{EventFeed, FeedError, SealStore, Sealed, StoredCheckpoint};

use super::items::{Entry, Items};

/// How many checkpoints are read at a time.
const PAGE: usize = 1_000;

/// What was checked and is right.
#[derive(Clone, Debug)]
pub struct Report {
    pub verified: Verified,
    /// Of the first event; 0 when there is none.
    pub first: u64,
    /// How many checkpoints were compared, those kept elsewhere among them.
    pub checkpoints: usize,
    /// How many of the newest events no hash is stored for yet.
    pub waiting: u64,
}

/// The first thing that is wrong with a log or its copy.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    #[error(transparent)]
    Log(#[from] Finding),
    #[error("the event at position {position} has no hash beside it, and it was sealed or later ones are")]
    WithoutHash { position: u64 },
    #[error("the event at position {position} is gone; its hash is still there")]
    WithoutEvent { position: u64 },
    #[error("the event at position {position} or what is stored beside it cannot be read any more")]
    Unreadable { position: u64 },
    #[error("the checkpoint stored for {size} events is one for {signed}")]
    OtherCheckpoint { size: u64, signed: u64 },
    #[error("the tree stored with the checkpoint at {size} events is not the one that was signed")]
    OtherTree { size: u64 },
    #[error("line {line} is not one of an export: {reason}")]
    Line { line: u64, reason: String },
}

impl Wrong {
    /// Where the log was changed, as closely as is known; `None` when a checkpoint or a line is at fault.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Log(finding) => finding.span(),
            Self::WithoutHash { position } | Self::WithoutEvent { position } | Self::Unreadable { position } => {
                Some(Span { first: *position, last: *position })
            }
            Self::OtherCheckpoint { .. } | Self::OtherTree { .. } | Self::Line { .. } => None,
        }
    }

    /// What it means, for somebody who has to act on it.
    pub fn meaning(&self) -> &'static str {
        match self {
            Self::Log(finding) => meaning(finding),
            Self::WithoutHash { .. } => "the event was put in, or its hash was removed",
            Self::WithoutEvent { .. } => "the event was removed from the log",
            Self::Unreadable { .. } => {
                "the event, its hash or its checkpoint was changed into what routix never writes"
            }
            Self::OtherCheckpoint { .. } => "the checkpoint was replaced or its row was changed",
            Self::OtherTree { .. } => "the row of the checkpoint was changed; sealing cannot go on from it",
            Self::Line { .. } => "the file was changed, cut off, or is not an export in JSONL",
        }
    }
}

fn meaning(finding: &Finding) -> &'static str {
    match finding {
        Finding::ChangedEvent { .. } | Finding::UnreadableEvent { .. } => {
            "the event was changed, replaced or moved after it was sealed, or its hash was"
        }
        Finding::MissingEvent { .. } => "events were removed together with their hashes",
        Finding::OutOfOrder { .. } => "events were moved",
        Finding::DuplicateIndex { .. } | Finding::DuplicateSequence { .. } => "an event was put in",
        Finding::SequenceGap { .. } => "events of this stream were removed, or this one was put in",
        Finding::BrokenChain { .. } => "this event or the one before it in its stream was replaced, or its chain was",
        Finding::TimeRunsBack { .. } => "the time of one of the two was changed before it was sealed",
        Finding::WrongRoot { .. } => {
            "an event behind the last good checkpoint was replaced, added or removed, with everything stored beside it"
        }
        Finding::WrongPosition { .. } => "the checkpoint was made for another log",
        Finding::CutOff { .. } => {
            "events were removed, or this is older than a checkpoint that you gave; it cannot be both whole and newer"
        }
        Finding::Unsealed { .. } => "events were added, or the checkpoint that covers them was removed",
        Finding::MalformedCheckpoint { .. } | Finding::BadSignature { .. } => "the checkpoint was changed or replaced",
        Finding::WrongOrigin { .. } => "the checkpoint is not one of this log",
        Finding::UnknownKey { .. } => {
            "the checkpoint was replaced, or it was signed with a key that was not given: see `routix keys list`"
        }
    }
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error(transparent)]
    Wrong(#[from] Wrong),
    #[error("the log or its evidence does not answer")]
    Store(#[source] FeedError),
    #[error("the file cannot be read")]
    File(#[from] std::io::Error),
    #[error("the file names no key; give the one that `routix keys list` prints with --key")]
    NoKey,
    #[error(transparent)]
    Other(anyhow::Error),
    #[error("the key in the file is none")]
    BadKey(#[source] routix_domain::evidence::KeyError),
}

impl From<FeedError> for CheckError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Corrupt { position, .. } => Self::Wrong(Wrong::Unreadable { position }),
            unavailable @ FeedError::Unavailable(_) => Self::Store(unavailable),
        }
    }
}

/// Who is believed, and what was kept elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub keys: Vec<VerifierKey>,
    /// Notes of older checkpoints.
    pub notes: Vec<String>,
    /// Which log it must be.
    pub origin: Option<String>,
}

impl Kept {
    /// What to trust: the origin that was asked for, or that of a checkpoint kept elsewhere, or the one that is stated.
    pub(super) fn trust(&self, keys: Vec<VerifierKey>, stated: &str) -> Trust {
        let kept = self.notes.iter().find_map(|note| Some(checkpoint_in(note).ok()?.origin));
        let origin = self.origin.clone().or(kept).unwrap_or_else(|| stated.to_owned());
        Trust { origin, keys }
    }
}

/// The checkpoint in a note, whoever signed it.
///
/// # Errors
/// [`CheckpointError`].
pub fn checkpoint_in(note: &str) -> Result<Checkpoint, CheckpointError> {
    Checkpoint::of_note(&note.parse::<Note>()?)
}

/// Checks the live log against what is stored beside it and what was kept elsewhere.
///
/// # Errors
/// [`CheckError::Wrong`] with the first thing that is wrong; others when nothing can be said.
pub async fn check_log(
    (feed, seals): (&Arc<dyn EventFeed>, &Arc<dyn SealStore>),
    kept: &Kept,
    said: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Report, CheckError> {
    let stored = stored_checkpoints(seals).await?;
    let origin = stored.last().and_then(|stored| Some(checkpoint_in(&stored.note).ok()?.origin)).unwrap_or_default();
    let trust = kept.trust(kept.keys.clone(), &origin);
    let notes = stored.iter().map(|stored| stored.note.as_str()).chain(kept.notes.iter().map(String::as_str));
    let mut verifier = Verifier::new(&trust, notes);
    let mut items = Items::all(feed, seals).await?;
    let (end, mut first, mut waiting) = (items.end(), 0, 0);
    let mut first_waiting = None;
    while let Some(entry) = items.next().await? {
        // What comes first in the log is what is reported.
        let position = match entry {
            Entry::Hashed(item) => {
                verifier.feed(&item);
                item.event.position
            }
            Entry::Waiting(event) => {
                waiting += 1;
                first_waiting.get_or_insert(event.position);
                event.position
            }
            Entry::WithoutHash(event) => {
                return Err(or_before(verifier, Wrong::WithoutHash { position: event.position }));
            }
            Entry::WithoutEvent(hash) => {
                return Err(or_before(verifier, Wrong::WithoutEvent { position: hash.position }));
            }
        };
        if first == 0 {
            first = position;
        }
        said(position, end);
    }
    let verified = match (verifier.finish(), first_waiting) {
        (Ok(verified), _) => verified,
        // They are there: it is their hashes that are gone.
        (Err(Finding::CutOff { position: signed, .. }), Some(position)) if position <= signed => {
            return Err(Wrong::WithoutHash { position }.into());
        }
        (Err(finding), _) => return Err(Wrong::Log(finding).into()),
    };
    let sealed = seals.sealed().await?;
    check_rows(&stored, &sealed)?;
    // Hashes are stored with their checkpoint or not at all. Those that came meanwhile have one that was not read yet.
    if sealed.newest.is_none_or(|newest| newest.size < verified.size) {
        verified.clone().require_sealed().map_err(Wrong::Log)?;
    }
    Ok(Report { verified, first, checkpoints: stored.len() + kept.notes.len(), waiting })
}

/// What the events before it show, if that is wrong already.
fn or_before(verifier: Verifier, wrong: Wrong) -> CheckError {
    let found = verifier.found().is_some().then(|| verifier.finish().err()).flatten();
    CheckError::Wrong(found.map_or(wrong, Wrong::Log))
}

async fn stored_checkpoints(seals: &Arc<dyn SealStore>) -> Result<Vec<StoredCheckpoint>, FeedError> {
    let mut all: Vec<StoredCheckpoint> = Vec::new();
    loop {
        let page = seals.checkpoints_after(all.last().map_or(0, |last| last.size), PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// The columns beside the notes: nobody signed them, and sealing goes on from them.
fn check_rows(stored: &[StoredCheckpoint], sealed: &Sealed) -> Result<(), Wrong> {
    for StoredCheckpoint { size, position, note } in stored {
        let differs = |checkpoint: &Checkpoint| checkpoint.size != *size || checkpoint.position != *position;
        if let Some(checkpoint) = checkpoint_in(note).ok().filter(differs) {
            return Err(Wrong::OtherCheckpoint { size: *size, signed: checkpoint.size });
        }
    }
    let Some(newest) = &sealed.newest else { return Ok(()) };
    let grown_as_signed = checkpoint_in(&newest.note)
        .is_ok_and(|signed| signed.size == sealed.frontier.size() && signed.root == sealed.frontier.root());
    if grown_as_signed { Ok(()) } else { Err(Wrong::OtherTree { size: newest.size }) }
}
