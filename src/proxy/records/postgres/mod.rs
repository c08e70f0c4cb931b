//! Records in PostgreSQL, through tokio-postgres: what a request may see is decided by its statements and, once more, by the
//! database itself (row level security), from the claims of the token that are set for the transaction.
//!
//! A read is one statement, which sets the claims for its own time and then asks; those that are soon done share a few
//! connections. A write is a transaction on a thread that may block.
//!
//! Deliberately absent: migrations (they run before anything is opened), and any other role than [`ROLE`].

mod bind;
mod cells;
mod check;
mod error;
mod read;
mod records;
mod shared;
#[cfg(test)]
mod tests;
mod transaction;

pub use check::OpenRecordsError;
pub use records::PostgresRecords;

/// Who runs the statements: it owns no table and may not pass over row level security.
pub(super) const ROLE: &str = "routix_records";
