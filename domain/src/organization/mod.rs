//! The organization: a tenant, its branches and its members.
//!
//! Deliberately absent: people. A member is an id here; e-mail and name live outside the log, so that a person can be
//! forgotten.

mod aggregate;
mod command;
mod event;
#[cfg(test)]
mod tests;

pub use aggregate::{Branch, Member, Organization, OrganizationError};
pub use command::OrganizationCommand;
pub use event::{OrganizationEvent, Role};
