//! The check of a whole log against what is stored beside it and what was signed.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};

use super::canonical::{CanonicalError, leaf};
use super::checkpoint::Checkpoint;
use super::digest::Digest;
use super::export::ExportEvent;
use super::finding::Finding;
use super::frontier::Frontier;
use super::note::{Note, SignatureError};
use super::vkey::VerifierKey;
use crate::log::RecordedEvent;

/// What a checkpoint must come from to be believed. Never taken from what is being checked.
#[derive(Clone, Debug)]
pub struct Trust {
    pub origin: String,
    pub keys: Vec<VerifierKey>,
}

/// An event and what is stored beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its place in the log, from 0.
    pub index: u64,
    pub leaf: Digest,
    /// Of its stream, up to and with this event.
    pub chain: Digest,
    pub event: RecordedEvent,
}

/// A log in which nothing is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many events.
    pub size: u64,
    pub root: Digest,
    /// Of the last event; 0 when there is none.
    pub position: u64,
    /// The newest checkpoint that vouches for the log. Events behind its size agree with one another, and nobody has
    /// signed them; with `None`, that is all of them.
    pub sealed: Option<Checkpoint>,
}

impl Verified {
    /// For a log that must end in a checkpoint, as an export does. In a live log the newest events wait for the next one.
    ///
    /// # Errors
    /// [`Finding::Unsealed`] when there is an event that no checkpoint vouches for.
    pub fn require_sealed(self) -> Result<Self, Finding> {
        let (sealed, after) = self.sealed.as_ref().map_or((0, 0), |checkpoint| (checkpoint.size, checkpoint.position));
        if sealed < self.size {
            return Err(Finding::Unsealed { size: self.size, sealed, after, position: self.position });
        }
        Ok(self)
    }
}

/// Checks a log event by event, and finds the first place at which it is not what it was.
///
/// What is reported when more than one thing does not fit: what comes first in the log; at one event the index, then its
/// leaf, the order of positions, the sequence and the chain of its stream, the time; then the checkpoint at this size. A
/// change of an event alone is therefore always reported as that, with its exact position, whatever else it upsets.
/// Checkpoints that we cannot believe say nothing about events and are reported when nothing else is wrong.
///
/// Memory: one entry for every stream of the log and one for every checkpoint.
#[derive(Debug)]
pub struct Verifier {
    /// Those still ahead, by size.
    checkpoints: VecDeque<Checkpoint>,
    unbelievable: Option<Finding>,
    sealed: Option<Checkpoint>,
    frontier: Frontier,
    last: Option<u64>,
    /// By aggregate type and id.
    streams: HashMap<String, HashMap<String, Tail>>,
    found: Option<Finding>,
    /// How many items came after the one that was wrong.
    since: u64,
}

/// The newest event of a stream.
#[derive(Clone, Copy, Debug)]
struct Tail {
    position: u64,
    sequence: u64,
    chain: Digest,
    time: DateTime<Utc>,
}

/// What is checked of an event, from a log or from a line.
struct Seen<'i> {
    index: u64,
    /// Leaf and chain as they are stored.
    leaf: Digest,
    chain: Digest,
    position: u64,
    /// Aggregate type and id.
    stream: (&'i str, &'i str),
    sequence: u64,
    recorded_at: DateTime<Utc>,
    /// What the leaf must be. Only asked for an event in its place.
    computed: &'i dyn Fn() -> Result<Digest, CanonicalError>,
}

impl Verifier {
    /// Takes every checkpoint that is known, in any order and from any source: those stored with the log and those kept
    /// elsewhere. They come before the events because a root can only be compared when the log is at its size.
    pub fn new<'n>(trust: &Trust, notes: impl IntoIterator<Item = &'n str>) -> Self {
        let mut checkpoints = Vec::new();
        let mut unbelievable = None;
        for (number, note) in notes.into_iter().enumerate() {
            match believed(trust, number, note) {
                Ok(checkpoint) => checkpoints.push(checkpoint),
                Err(finding) => unbelievable = unbelievable.or(Some(finding)),
            }
        }
        checkpoints.sort_by_key(|checkpoint| checkpoint.size);
        let mut new = Self {
            checkpoints: checkpoints.into(),
            unbelievable,
            sealed: None,
            frontier: Frontier::default(),
            last: None,
            streams: HashMap::new(),
            found: None,
            since: 0,
        };
        new.found = new.check_checkpoints().err();
        new
    }

    /// Takes the next event, in the order in which the log is stored.
    pub fn feed(&mut self, item: &Item) {
        let Item { index, leaf: stored, chain, event } = item;
        self.take(&Seen {
            index: *index,
            leaf: *stored,
            chain: *chain,
            position: event.position,
            stream: (&event.aggregate_type, &event.aggregate_id),
            sequence: event.sequence,
            recorded_at: event.recorded_at,
            computed: &|| leaf(event),
        });
    }

    /// The same for a line of an export, whose payload and metadata need not be made text and read again.
    pub fn feed_line(&mut self, line: &ExportEvent) {
        self.take(&Seen {
            index: line.index,
            leaf: line.leaf,
            chain: line.chain,
            position: line.position,
            stream: (&line.aggregate_type, &line.aggregate_id),
            sequence: line.sequence,
            recorded_at: line.recorded_at,
            computed: &|| line.computed_leaf(),
        });
    }

    fn take(&mut self, seen: &Seen<'_>) {
        if self.found.is_some() {
            self.look_for_the_missing(seen.index);
        } else {
            self.found = self.check(seen).err();
        }
    }

    /// What is wrong so far. The place is final; [`Verifier::finish`] may know better what happened there.
    pub fn found(&self) -> Option<&Finding> {
        self.found.as_ref()
    }

    /// # Errors
    /// The first [`Finding`].
    pub fn finish(self) -> Result<Verified, Finding> {
        if let Some(finding) = self.found {
            return Err(finding);
        }
        let (last, size) = (self.last.unwrap_or(0), self.frontier.size());
        if let Some(Checkpoint { size: wanted, position, .. }) = self.checkpoints.front() {
            let good = self.sealed.as_ref().map_or(0, |good| good.position);
            let after = if last < *position { last } else { good };
            return Err(Finding::CutOff { wanted: *wanted, have: size, after, position: *position });
        }
        match self.unbelievable {
            Some(finding) => Err(finding),
            None => Ok(Verified { size, root: self.frontier.root(), position: last, sealed: self.sealed }),
        }
    }

    fn check(&mut self, seen: &Seen<'_>) -> Result<(), Finding> {
        let (index, position) = (self.frontier.size(), seen.position);
        let after = self.last.unwrap_or(0);
        check_index(index, seen, after)?;
        match (seen.computed)() {
            Ok(computed) if computed == seen.leaf => {}
            Ok(_) => return Err(Finding::ChangedEvent { index, position }),
            Err(error) => return Err(Finding::UnreadableEvent { index, position, error }),
        }
        if position <= after {
            return Err(Finding::OutOfOrder { index, after, position });
        }
        self.check_stream(seen)?;
        self.frontier.append(seen.leaf);
        self.last = Some(position);
        self.check_checkpoints()
    }

    fn check_stream(&mut self, seen: &Seen<'_>) -> Result<(), Finding> {
        let (position, have) = (seen.position, seen.sequence);
        let nothing = Tail { position: 0, sequence: 0, chain: Digest::ZERO, time: DateTime::<Utc>::MIN_UTC };
        let tail = self.tail(seen.stream).map_or(nothing, |tail| *tail);
        let wanted = tail.sequence.saturating_add(1);
        if have < wanted && tail.sequence > 0 {
            return Err(Finding::DuplicateSequence { position, first: tail.position, sequence: have });
        }
        if have != wanted {
            return Err(Finding::SequenceGap { position, after: tail.position, wanted, have });
        }
        let chain = Digest::chained(&tail.chain, &seen.leaf);
        if chain != seen.chain {
            // The first link hangs on nothing that could be wrong instead.
            let after = if tail.sequence == 0 { position } else { tail.position };
            return Err(Finding::BrokenChain { position, after });
        }
        // Over streams, those who append at the same moment may draw position and time in another order.
        if seen.recorded_at < tail.time {
            return Err(Finding::TimeRunsBack { position, after: tail.position });
        }
        let newest = Tail { position, sequence: have, chain, time: seen.recorded_at };
        // The names are copied only for a stream that is new.
        if let Some(tail) = self.tail(seen.stream) {
            *tail = newest;
        } else {
            let (aggregate_type, aggregate_id) = seen.stream;
            self.streams.entry(aggregate_type.to_owned()).or_default().insert(aggregate_id.to_owned(), newest);
        }
        Ok(())
    }

    fn tail(&mut self, (aggregate_type, aggregate_id): (&str, &str)) -> Option<&mut Tail> {
        self.streams.get_mut(aggregate_type)?.get_mut(aggregate_id)
    }

    /// Compares with every checkpoint at the present size.
    fn check_checkpoints(&mut self) -> Result<(), Finding> {
        let (size, last) = (self.frontier.size(), self.last.unwrap_or(0));
        while let Some(checkpoint) = self.checkpoints.pop_front_if(|checkpoint| checkpoint.size == size) {
            if checkpoint.root != self.frontier.root() {
                let (good_size, after) = self.sealed.as_ref().map_or((0, 0), |good| (good.size, good.position));
                return Err(Finding::WrongRoot { size, good_size, after, position: last.max(checkpoint.position) });
            }
            if checkpoint.position != last {
                return Err(Finding::WrongPosition { size, stated: checkpoint.position, position: last });
            }
            self.sealed = Some(checkpoint);
        }
        Ok(())
    }

    /// An event that was passed over is missing; one that turns up later, or whose neighbours go on as if it were there,
    /// is out of order. The place is the same.
    fn look_for_the_missing(&mut self, seen: u64) {
        self.since += 1;
        if let Some(Finding::MissingEvent { index, after, before, .. }) = self.found {
            let goes_on = self.since == 1 && seen == index + 1;
            if goes_on || seen == index {
                self.found = Some(Finding::OutOfOrder { index, after, position: before });
            }
        }
    }
}

fn check_index(index: u64, seen: &Seen<'_>, after: u64) -> Result<(), Finding> {
    let position = seen.position;
    if seen.index > index {
        return Err(Finding::MissingEvent { index, count: seen.index - index, after, before: position });
    }
    if seen.index.checked_add(1) == Some(index) {
        return Err(Finding::DuplicateIndex { index: seen.index, first: after, position });
    }
    if seen.index < index {
        return Err(Finding::OutOfOrder { index, after, position });
    }
    Ok(())
}

/// The checkpoint in a note, if it is one of this log and signed with a key that we trust.
fn believed(trust: &Trust, number: usize, note: &str) -> Result<Checkpoint, Finding> {
    let malformed = |error| Finding::MalformedCheckpoint { number, error };
    let note: Note = note.parse().map_err(|error| malformed(super::CheckpointError::Note(error)))?;
    let checkpoint = Checkpoint::of_note(&note).map_err(malformed)?;
    let (size, origin) = (checkpoint.size, &checkpoint.origin);
    match note.verify(&trust.keys) {
        Err(SignatureError::UnknownKey) => Err(Finding::UnknownKey { size }),
        Err(SignatureError::Bad { .. }) => Err(Finding::BadSignature { size }),
        Ok(_) if *origin != trust.origin => Err(Finding::WrongOrigin { size, origin: origin.clone() }),
        Ok(_) => Ok(checkpoint),
    }
}
