//! Bad days of the database: it is away, it crashes, it is slow, it says nothing, or the line is cut while a commit is on its
//! way. The real program lives through them: every answer is a success or a 503 with Retry-After, what was answered is there
//! afterwards, and nobody has to help.
//!
//! `ROUTIX_TEST_ROUNDS` is how many crashes of the server and `ROUTIX_TEST_CUTS` how many cut lines a long campaign has.

mod client;
mod commits;
mod crashes;
mod house;
mod ledger;
mod link;
mod nodes;
mod silence;
mod start;
mod wire;
