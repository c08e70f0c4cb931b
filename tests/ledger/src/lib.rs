//! Many people send commands to a service that is killed, starved and cut off meanwhile, and every command goes into a
//! ledger: that it was sent, and what was answered. Afterwards the ledger is held to the log of events and to the public API,
//! and to nothing else: what was acknowledged has happened once, what was refused has not, and what was not answered has
//! happened once or not at all.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by ending")]

mod book;
mod check;
mod command;
mod crowd;
mod dice;
mod door;
mod person;
mod setting;
mod writer;

pub use self::book::{Ledger, Line};
pub use self::check::{Fault, check, tally};
pub use self::command::{Command, Kind};
pub use self::crowd::Crowd;
pub use self::dice::Dice;
pub use self::door::Outcome;
pub use self::person::{Approved, CALLBACK, Person};
pub use self::setting::number;
pub use self::writer::Writer;
