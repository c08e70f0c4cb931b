//! Read models of routix: what each is made of, the runner that keeps them up to date, rebuild and verify.
//!
//! A read model holds nothing that the log does not: any of them can be dropped and rebuilt to the same rows. Deliberately
//! absent: HTTP, the clock, and side effects of any kind in a projection.

pub mod app_history;
pub mod app_list;
pub mod branches;
pub mod consents;
pub mod database;
pub mod measure;
pub mod members;
pub mod projection;
pub mod read_db;
pub mod rebuild;
pub mod recent;
pub mod rows;
pub mod runner;
pub mod same_log;
pub mod skips;
pub mod sqlite_file;
pub mod table;
#[cfg(test)]
mod testing;
pub mod token_validation;

pub use projection::Projection;
pub use read_db::{Moment, ReadDb, ReadError};
