//! Tests of the whole: stores behind their contract, operations on read models, and the service seen from outside, through
//! its real program.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

mod cli;
mod contract;
mod journey;
mod operations;
mod running;
mod support;
