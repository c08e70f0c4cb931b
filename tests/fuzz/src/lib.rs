//! What strangers send, read by the functions that read it in the program, and what must be true of the outcome whatever the
//! bytes. Each module has one `check`, which panics where a property does not hold.
//!
//! `fuzz_targets` run them under libFuzzer, which makes bytes up from `corpus`; the tests of this package run them over the corpus
//! as it is stored.

pub mod basic;
pub mod checkpoint;
pub mod event;
pub mod filter;
pub mod form;
mod house;
pub mod json;
pub mod jwt;
pub mod list;
pub mod redirect_uri;
pub mod sealed;

/// The name of a corpus, and what must hold for it.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: [Target; 10] = [
    ("basic", basic::check),
    ("checkpoint", checkpoint::check),
    ("event", event::check),
    ("filter", filter::check),
    ("form", form::check),
    ("json", json::check),
    ("jwt", jwt::check),
    ("list", list::check),
    ("redirect_uri", redirect_uri::check),
    ("sealed", sealed::check),
];
