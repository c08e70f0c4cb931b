//! The program is ended, or its store fails, at each place where that could leave something half done.
//!
//! `ROUTIX_TEST_ENDS` is how often it is ended at each of them with each kind of command, on each store.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

mod ends;
mod failures;
mod program;
#[expect(dead_code, unused_imports, reason = "what starts the program for the other tests can do more")]
#[path = "../../../running/mod.rs"]
mod running;
#[expect(dead_code, reason = "other tests do more at a site")]
#[path = "../../../it/faults/site.rs"]
mod site;
