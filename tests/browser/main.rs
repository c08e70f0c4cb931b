//! The pages in a real browser: the real program, a headless Chromium, and a listener that plays the integrator's app.
//!
//! Chromium is spoken to in the WebDriver protocol, which is JSON over HTTP, with the requests that the other tests use too.
//! Deliberately absent: a crate for it. The known ones keep the members of JSON objects in the order of insertion, for
//! every crate in the same build, so that the program under test would write other bytes than the one that is shipped.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

mod account;
mod app;
mod axe;
mod browser;
mod consent;
mod dashboard;
mod desk;
mod driver;
mod framing;
mod gallery;
mod guide;
mod harness;
mod hostile;
mod keyboard;
mod languages;
mod listener;
mod operators;
mod refusals;
#[expect(dead_code, unused_imports, reason = "what starts the program for the other tests can do more")]
#[path = "../running/mod.rs"]
mod running;
mod sign_in;
mod supabase;
mod turn;
mod world;
