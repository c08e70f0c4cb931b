//! Where records live: the trait that the pipeline knows, and its SQLite implementation.
//!
//! Deliberately absent: deleting (the API has no such thing) and any way to name a tenant but [`Target`].

mod if_match;
mod json;
mod source;
mod sqlite;
#[cfg(test)]
pub(crate) mod test_support;

pub use if_match::IfMatch;
pub use source::{
    Change, ListQuery, NewRecord, Order, Page, RecordError, RecordSource, Retry, Stored, Target, Written,
};
pub use sqlite::{LoadError, LoadRow, SqliteRecords};
