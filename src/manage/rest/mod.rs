//! `/rest/v1`: rows in the manner of PostgREST, as far as the seeds and their clients need it.
//!
//! Deliberately absent: SQL. The rows that a caller may see are read through projection queries, and filters, order and
//! selection run over them in memory, by the names of their members; `README.md` says what of PostgREST there is.

pub(super) mod apps;
pub(super) mod branches;
mod columns;
pub(super) mod consents;
mod filter;
pub mod grammar;
pub(super) mod history;
pub(super) mod organizations;
mod pattern;
mod query;
mod reply;
pub(super) mod states;

use serde_json::{Map, Value};

/// So many rows of a table are looked at for one request.
const MAX_ROWS: usize = 10_000;

/// Texts of one length sort like the times that they name.
pub(super) use crate::history::timestamp;

/// The members of a row that was written as an object.
fn object(row: Value) -> Map<String, Value> {
    match row {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}
