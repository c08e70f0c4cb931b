//! What an app gets from a user's yes: codes, refresh tokens, and what becomes of them.

mod bare_refresh;
mod clocks;
mod consents;
mod doors;
mod exchange;
mod flow;
mod forged;
mod introspect;
mod metadata;
mod organizations;
mod races;
mod recheck;
mod recheck_cells;
mod refresh;
mod refresh_retry;
mod replay;
mod revoke;
mod standstill;
