//! Random histories of a whole installation, made of commands that the aggregates accepted: the same ones for the same seed.
//!
//! Deliberately absent: appending them, which is the matter of whoever has a log.

#![expect(clippy::unwrap_used, reason = "a history that cannot go on says so by ending")]

mod held;
mod history;

pub use self::history::History;
