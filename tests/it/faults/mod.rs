//! Bad days of the database: it is away, it crashes, it is slow, it says nothing, or the line is cut while a commit is on its
//! way; and of the program itself, which is killed. It lives through them: every answer is a success or a 503 with
//! Retry-After, what was answered is there afterwards, and nobody has to help.
//!
//! A long campaign has `ROUTIX_TEST_KILLS` kills of the program, `ROUTIX_TEST_ROUNDS` crashes of the server of the database
//! and `ROUTIX_TEST_CUTS` cut lines. A machine whose power is cut is not here: `tests/power/run`.

mod client;
mod commits;
mod crashes;
mod files;
mod full;
mod house;
mod kills;
mod ledger;
mod link;
mod nodes;
mod silence;
pub(crate) mod site;
mod start;
mod stops;
mod wire;
