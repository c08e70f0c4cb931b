//! Tests of the whole: stores behind their contract, operations on read models, every door over real connections, and the
//! real program seen from outside.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

mod canaries;
mod cli;
mod contract;
mod evidence;
mod faults;
mod hostile;
mod http;
mod journey;
mod metrics;
mod nodes;
mod operations;
#[path = "../running/mod.rs"]
mod running;
mod support;
