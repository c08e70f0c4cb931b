//! The shared edge: what every door does alike, whatever it is for.
//!
//! Deliberately absent: routes (each surface has its own) and who the caller is (`access`).

pub mod body;
pub mod failure;
pub mod json;
pub mod pairs;

pub use failure::Failure;
