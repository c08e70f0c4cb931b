//! What is wrong with a log, and where.

use super::canonical::CanonicalError;
use super::checkpoint::CheckpointError;

/// The first thing that is wrong. Positions are those that the lines state; `after` is the position of an event before,
/// and 0 when there is none; indexes count from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// The event or the leaf stored beside it was changed: they do not belong together.
    #[error("the event at position {position} is not the one that was recorded")]
    ChangedEvent { index: u64, position: u64 },
    /// No leaf can be computed, and one was when it was recorded.
    #[error("the event at position {position} cannot be read: {error}")]
    UnreadableEvent { index: u64, position: u64, error: CanonicalError },
    #[error("{count} events are missing between the positions {after} and {before}")]
    MissingEvent { index: u64, count: u64, after: u64, before: u64 },
    /// Another event than the one at `position` belongs in this place, and turns up elsewhere.
    #[error("the event at position {position} stands in the wrong place, after the one at {after}")]
    OutOfOrder { index: u64, after: u64, position: u64 },
    /// One of the two was put in.
    #[error("the events at the positions {first} and {position} both claim the index {index}")]
    DuplicateIndex { index: u64, first: u64, position: u64 },
    /// Events of the stream are missing behind the position `after`, or this one does not belong here.
    #[error("the event at position {position} has sequence {have} in its stream, where {wanted} belongs")]
    SequenceGap { position: u64, after: u64, wanted: u64, have: u64 },
    /// This event or the one at `first`, the newest of the stream before it, was put in.
    #[error("the event at position {position} has sequence {sequence}, which its stream had by position {first}")]
    DuplicateSequence { position: u64, first: u64, sequence: u64 },
    /// This event does not follow from the one at `after`, the one before in its stream: a chain that does not fit is
    /// stored with either, or the one at `after` was replaced with its leaf and chain.
    #[error("the chain at position {position} does not follow from the one at position {after}")]
    BrokenChain { position: u64, after: u64 },
    #[error("the event at position {position} was recorded before the one at position {after}")]
    TimeRunsBack { position: u64, after: u64 },
    /// The events agree with one another and not with what was signed: at least one of those behind the first
    /// `good_size` was replaced, added or removed, with everything that is stored beside it.
    #[error("the root at {size} events is not the one that was signed; it was at {good_size} events")]
    WrongRoot { size: u64, good_size: u64, after: u64, position: u64 },
    /// The root is right; whoever made the checkpoint stated another position than that of its last event.
    #[error("the checkpoint at {size} events states position {stated}, and its last event has {position}")]
    WrongPosition { size: u64, stated: u64, position: u64 },
    /// More events were signed than there are. When the last of them is still there, they are missing somewhere behind the
    /// last good checkpoint, which is `after`; otherwise the end is gone.
    #[error(
        "a checkpoint was signed at {wanted} events, and there are {have}: the others stood behind position {after}"
    )]
    CutOff { wanted: u64, have: u64, after: u64, position: u64 },
    /// Nothing is wrong with the events behind `sealed`, and nobody has signed them: only where all must be signed.
    #[error("only {sealed} of {size} events are signed for: nobody vouches for those behind position {after}")]
    Unsealed { size: u64, sealed: u64, after: u64, position: u64 },
    /// `number` counts the given checkpoints from 0.
    #[error("checkpoint {number} cannot be read: {error}")]
    MalformedCheckpoint { number: usize, error: CheckpointError },
    #[error("the checkpoint at {size} events is that of another log, {origin}")]
    WrongOrigin { size: u64, origin: String },
    #[error("the checkpoint at {size} events is signed by no known key")]
    UnknownKey { size: u64 },
    #[error("the signature of the checkpoint at {size} events does not fit")]
    BadSignature { size: u64 },
}

/// Positions from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub first: u64,
    pub last: u64,
}

impl Span {
    pub fn contains(&self, position: u64) -> bool {
        (self.first..=self.last).contains(&position)
    }

    /// Every position behind `after`, up to `last`.
    fn behind(after: u64, last: u64) -> Self {
        Self { first: after.saturating_add(1), last }
    }

    fn between(one: u64, other: u64) -> Self {
        Self { first: one.min(other), last: one.max(other) }
    }
}

impl Finding {
    /// Where the log was changed, as closely as the finding tells: if one event was changed, put in, moved or removed, it
    /// has or had a position in this span. `None` when a checkpoint is at fault and not an event.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::ChangedEvent { position, .. } | Self::UnreadableEvent { position, .. } => {
                Some(Span::between(*position, *position))
            }
            Self::MissingEvent { after, before, .. } => Some(Span::behind(*after, *before)),
            Self::OutOfOrder { after, position, .. } if after < position => Some(Span::behind(*after, *position)),
            Self::SequenceGap { after, position, .. } => Some(Span::behind(*after, *position)),
            Self::OutOfOrder { after: first, position, .. }
            | Self::DuplicateIndex { first, position, .. }
            | Self::DuplicateSequence { first, position, .. }
            | Self::BrokenChain { after: first, position }
            | Self::TimeRunsBack { after: first, position } => Some(Span::between(*first, *position)),
            Self::WrongRoot { after, position, .. }
            | Self::CutOff { after, position, .. }
            | Self::Unsealed { after, position, .. } => Some(Span::behind(*after, *position)),
            Self::WrongPosition { .. }
            | Self::MalformedCheckpoint { .. }
            | Self::WrongOrigin { .. }
            | Self::UnknownKey { .. }
            | Self::BadSignature { .. } => None,
        }
    }
}
