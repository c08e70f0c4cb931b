//! The service seen from outside, through its real program.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what a helper of a test cannot do fails the test")]

mod cli;
mod journey;
mod running;
