//! F4: the power of the machine is cut while many people send commands. What the machine had not yet given to its disk is
//! gone then, which no kill of a process shows.
//!
//! The machine is a guest of QEMU that is killed; the disk is a file of the host, where it is repaired as a starting
//! machine would, read, and held to the ledger. `ROUTIX_TEST_CUTS` is how often, and `ROUTIX_TEST_SEED` the seed of the people
//! and of the moments. `tests/power/run` starts it; it needs a kernel and is no part of `tests/run`.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

mod cuts;
mod disk;
mod guest;
#[expect(dead_code, unused_imports, reason = "what starts the program for the other tests can do more")]
#[path = "../../../running/mod.rs"]
mod running;
#[expect(dead_code, reason = "other tests do more at a site")]
#[path = "../../../it/faults/site.rs"]
mod site;
