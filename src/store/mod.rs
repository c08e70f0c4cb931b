//! Event stores behind cqrs-es's write port and our read port, and the migrations of every life of data.
//!
//! Deliberately absent: snapshots, cqrs-es's queries and its replay (they lose or double events, see the README of
//! `migrations`), and any way to change or remove an event.

mod bell;
pub mod clock;
mod event_id;
mod event_store;
#[cfg(feature = "eventstore")]
pub mod eventstore;
pub mod identity;
pub mod import;
pub mod migrations;
pub mod postgres;
mod seals;
pub mod sqlite;
mod storable;

pub use event_store::EventStore;
pub use seals::Seals;
