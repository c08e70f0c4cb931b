//! Tests of the whole: stores behind their contract, and operations on read models.

#![expect(clippy::unwrap_used, reason = "what a test sets up either works or fails the test")]

mod contract;
mod operations;
mod support;
