//! The house rules that neither the compiler nor clippy can see, checked over every file of the repository.
//!
//! Each check is a function from a path and a text to findings, so that it is proven to fail on a planted fault beside the
//! test that runs it over the tree. Deliberately absent: a list of exceptions. A rule that needs one is the wrong rule.

#![expect(clippy::unwrap_used, reason = "a tree that cannot be read fails the test")]

mod command;
mod environment;
mod golden;
mod imports;
mod machine;
mod manifests;
mod migrations;
mod minting;
mod size;
mod sql;
mod tree;
mod words;
