//! The four token doors.

mod client_auth;
mod cut_off;
mod doors;
mod failure_limit;
mod forged;
mod keys;
mod lifetimes;
mod overlap;
mod races;
mod recheck;
mod requests;
mod resource;
mod scopes;
mod standstill;
