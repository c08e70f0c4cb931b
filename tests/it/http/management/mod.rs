//! App management over HTTP (contract, section 3).

mod authorization;
mod change;
mod history;
mod idempotency;
mod limited;
mod list;
mod register;
mod rotate;
mod states;
mod validation;
