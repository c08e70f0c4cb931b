//! The shared edge: what every door does alike, whatever it is for.
//!
//! Deliberately absent: routes (each surface has its own), and who the caller is (`access`).

pub mod basic;
pub mod body;
pub mod cors;
pub mod dialect;
pub mod document;
pub mod edge;
pub mod failure;
pub mod forwarded;
pub mod idempotency;
pub mod json;
pub mod limit;
pub mod origin;
pub mod pairs;
mod patience;
pub mod pressure;
pub mod query_token;
pub mod server;
pub mod trace;

pub use failure::Failure;
