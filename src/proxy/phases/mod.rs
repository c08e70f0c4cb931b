//! The phases of a request, in the order of the contract; the first failure answers.
//!
//! authenticate and kind (the gate) · version and resource · method · scope · branch · admission (the gate) · records.

mod body;
mod branch;
mod change;
mod conditions;
mod create;
mod cursor;
mod list;
mod method;
mod parameters;
mod path;
mod retry;
mod run;
mod scope;
mod shape;
mod show;

pub use parameters::LARGEST_OFFSET;
pub(super) use run::run;
