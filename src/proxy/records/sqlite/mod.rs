//! Records in SQLite, through rusqlite: one writer, several readers, WAL, nothing acknowledged before it is on disk.
//!
//! Reads take microseconds and run where they are called; writes wait for the disk and run on the blocking pool.
//! Deliberately absent: migrations (they run before anything is opened).

mod bind;
mod check;
mod connections;
mod lint;
mod read;
mod records;
#[cfg(test)]
mod tests;
mod transaction;

pub use records::SqliteRecords;
