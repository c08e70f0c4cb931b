//! Records in SQLite, through rusqlite: one writer, several readers, WAL, nothing acknowledged before it is on disk.
//!
//! Reads take microseconds and run where they are called; writes wait for the disk and run on the blocking pool.
//! Deliberately absent: migrations (they run before anything is opened).

mod answers;
mod connections;
mod load;
mod read;
mod records;
mod references;
mod sql;
#[cfg(test)]
mod tests;
mod write;

pub use load::{LoadError, LoadRow};
pub use records::SqliteRecords;

#[cfg(test)]
pub(in crate::proxy) const MIGRATION: &str =
    include_str!("../../../../migrations/sqlite/tms/20261122000000_records.sql");
