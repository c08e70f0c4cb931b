//! Read models in use: the runner, rebuild, verify, and what becomes of an event that cannot be applied.

mod feeds;
mod history;
mod interrupt;
mod place;
mod poison;
mod rebuild;
mod restore;
mod runner;
mod start;
mod verify;
mod version;
