//! What makes the log tamper-evident: one hash per event, a chain of hashes per stream, a Merkle tree over the whole log,
//! signed checkpoints of that tree, and the check of all of it.
//!
//! | What | Bytes that are hashed with SHA-256 | Source |
//! |---|---|---|
//! | leaf of an event | `0x00`, canonical JSON of the event ([`canonical_json`]) | RFC 9162, 2.1.1; RFC 8785 |
//! | node of the tree | `0x01`, left, right | RFC 9162, 2.1.1 |
//! | chain of a stream | `0x02`, chain of the event before (32 zero bytes for the first), leaf | own |
//!
//! Leaves stand in the order of positions. The index of a leaf is its place in that order, from 0 and without gaps;
//! positions may have gaps. A [`Checkpoint`] is a C2SP tlog-checkpoint in a C2SP signed-note with Ed25519.
//!
//! Deliberately absent: I/O, the clock, randomness. Leaves and chains are stored, checkpoints are written and keys are kept
//! by the package `routix`. What evidence cannot show: that an event was true when it was recorded, or that the holder of
//! the key did not write a second history; against that, checkpoints are kept where that holder cannot change them.

mod canonical;
mod checkpoint;
mod digest;
mod export;
mod finding;
mod frontier;
mod json;
mod note;
mod proof;
#[cfg(test)]
mod tests;
mod verify;
mod vkey;

pub use canonical::{CanonicalError, canonical_json, canonical_time, leaf};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use digest::{Digest, DigestError};
pub use export::{ExportEvent, ExportFormat, ExportHeader, ExportLine};
pub use finding::{Finding, Span};
pub use frontier::{Frontier, FrontierError};
pub use json::{Json, JsonError};
pub use note::{Note, NoteError, NoteSignature, SignatureError};
pub use proof::{ProofBuilder, ProofError, verify_consistency, verify_inclusion};
pub use verify::{Item, Trust, Verified, Verifier};
pub use vkey::{KeyError, NoteSigner, VerifierKey};
