//! The recipes, word for word, against the real program: what public clients that nobody here wrote do with it.
//!
//! Each recipe is what an integrator would copy. It finds the facts of `demo.env` in its environment, and prints what it did.
//! One that needs a person prints an address and goes on when it is told where the person was sent back to.
//!
//! `wrong_servers` shows that they can fail: the same recipes against servers that differ from ours in one thing each.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

mod middleman;
mod person;
mod recipe;
mod recipes;
#[expect(dead_code, unused_imports, reason = "what starts the program for the other tests can do more")]
#[path = "../running/mod.rs"]
mod running;
mod use_oauth2;
mod world;
mod wrong_servers;
