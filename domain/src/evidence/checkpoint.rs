//! What the log was at one size: C2SP tlog-checkpoint.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::canonical::{canonical_time, parse_time};
use super::digest::Digest;
use super::note::{Note, NoteError};
use super::vkey::{NoteSigner, is_key_name};

/// The text of a checkpoint, line by line: the origin, the size, the root in base64, and as extensions
/// `position <decimal>` and `time <RFC 3339 in UTC with six digits>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a name without spaces and plus signs, by custom a URL without its scheme. Also the name of the key.
    pub origin: String,
    /// How many events.
    pub size: u64,
    /// Of the tree over their leaves.
    pub root: Digest,
    /// That of the last event; 0 when there is none.
    pub position: u64,
    /// When it was made, in whole microseconds.
    pub time: DateTime<Utc>,
}

/// Not a checkpoint of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    #[error(transparent)]
    Note(#[from] NoteError),
    #[error("a checkpoint has five lines: origin, size, root, position and time")]
    Lines,
    #[error("an origin is not empty and has no spaces, control characters or plus signs")]
    Origin,
    #[error("the size is a decimal without leading zeros")]
    Size,
    #[error("the root is 32 bytes in base64")]
    Root,
    #[error("the position is `position ` and a decimal without leading zeros, at least the size")]
    Position,
    #[error("the time is `time ` and RFC 3339 in UTC with six digits")]
    Time,
}

impl Checkpoint {
    /// The note of this checkpoint.
    ///
    /// # Errors
    /// [`CheckpointError`] when a member has a value that could not be read back.
    pub fn sign(&self, signers: &[&NoteSigner]) -> Result<Note, CheckpointError> {
        let text = self.text()?;
        // What we sign, we must be able to read.
        text.parse::<Self>()?;
        Ok(Note::sign(&text, signers)?)
    }

    /// Reads the text of a note. Whether to believe it is for [`Note::verify`] to say.
    ///
    /// # Errors
    /// [`CheckpointError`]
    pub fn of_note(note: &Note) -> Result<Self, CheckpointError> {
        note.text().parse()
    }

    fn text(&self) -> Result<String, CheckpointError> {
        let time = canonical_time(self.time).map_err(|_| CheckpointError::Time)?;
        let Self { origin, size, root, position, .. } = self;
        Ok(format!("{origin}\n{size}\n{}\nposition {position}\ntime {time}\n", root.to_base64()))
    }
}

impl fmt::Display for Checkpoint {
    /// For people; the text that is signed is in the note.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {} events, up to position {}, root {}", self.origin, self.size, self.position, self.root)
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let lines: Vec<&str> = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?.split('\n').collect();
        let [origin, size, root, position, time] = lines.as_slice() else {
            return Err(CheckpointError::Lines);
        };
        if !is_key_name(origin) {
            return Err(CheckpointError::Origin);
        }
        let size = decimal(size).ok_or(CheckpointError::Size)?;
        let root = Digest::from_base64(root).map_err(|_| CheckpointError::Root)?;
        if size == 0 && root != Digest::of_nothing() {
            return Err(CheckpointError::Root);
        }
        let position = position.strip_prefix("position ").and_then(decimal).ok_or(CheckpointError::Position)?;
        // Positions grow from 1 and may have gaps.
        if position < size || (size == 0) != (position == 0) {
            return Err(CheckpointError::Position);
        }
        let time = time.strip_prefix("time ").and_then(parse_time).ok_or(CheckpointError::Time)?;
        Ok(Self { origin: (*origin).to_owned(), size, root, position, time })
    }
}

/// Digits only, and no zero before another: the text has one number and the number has one text.
fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
