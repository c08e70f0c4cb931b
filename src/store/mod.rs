//! Event stores behind cqrs-es's write port and our read port, and the migrations of every life of data.
//!
//! Deliberately absent: snapshots, cqrs-es's queries and its replay (they lose or double events, see the README of
//! `migrations`), and any way to change or remove an event.

mod event_id;
#[cfg(feature = "eventstore")]
pub mod eventstore;
pub mod identity;
pub mod migrations;
pub mod sqlite;
mod storable;

/// The event store in use. Surfaces and commands know it only by its two ports.
pub type EventStore = sqlite::SqliteEventStore;
