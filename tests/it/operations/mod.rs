//! Read models in use: the runner, rebuild, verify, and what becomes of an event that cannot be applied.

mod control;
mod feeds;
mod interrupt;
pub(crate) mod place;
mod poison;
mod ready;
mod rebuild;
mod rebuild_under_load;
mod restore;
mod roles;
mod runner;
mod sealing;
mod skips;
mod start;
mod time_travel;
mod verify;
mod version;
