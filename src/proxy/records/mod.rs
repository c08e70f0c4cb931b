//! Where records live: the trait that the pipeline knows, and its implementations on SQLite and PostgreSQL.
//!
//! What is asked of a database is written once (`reading`, `writing`, `answers`, `references`), in statements that carry
//! their tenant; what the databases do not have in common is in `dialect` and in their folders.
//!
//! Deliberately absent: deleting (the API has no such thing) and any way to name a tenant but [`Target`].

mod answers;
pub(in crate::proxy) mod dialect;
mod if_match;
mod json;
mod load;
mod object;
mod postgres;
mod reading;
mod references;
mod source;
mod sqlite;
mod statement;
#[cfg(test)]
pub(crate) mod test_support;
#[cfg(test)]
mod tests;
mod transaction;
mod writing;

pub use if_match::IfMatch;
pub use load::{LoadError, LoadRow, load_rows};
pub use postgres::{OpenRecordsError, PostgresRecords};
pub use source::{
    Change, ListQuery, NewRecord, Order, Page, RecordError, RecordSource, Retry, Stored, Target, Written,
};
pub use sqlite::SqliteRecords;
