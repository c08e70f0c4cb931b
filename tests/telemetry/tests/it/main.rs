//! What a collector of OpenTelemetry gets of a running server.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

mod collector;
mod program;
mod spans;
