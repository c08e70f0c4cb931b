//! The rules of routix: aggregates, their commands and events, the values they are made of, and the shape of the log.
//!
//! Deliberately absent: I/O, the clock, randomness, SQL, HTTP, the signing of tokens. Times and ids arrive in the commands,
//! the key that signs checkpoints of the log as bytes; who may send a command is decided by `commands` in the package
//! `routix`, from the read models.

pub mod app;
pub mod authorization;
pub mod consent;
mod decide;
pub mod evidence;
#[cfg(test)]
mod golden;
pub mod history;
pub mod log;
pub mod organization;
pub mod person;
pub mod projection;
pub mod reservation;
pub mod schema;
pub mod signing_key;
#[cfg(test)]
mod testing;
pub mod value;

pub use decide::Decide;
