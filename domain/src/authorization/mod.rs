//! One authorization code and the family of refresh tokens that it begins.
//!
//! Everything that must happen once is an event on this stream, appended at the expected sequence: of two racing requests
//! one wins, and the other decides again and sees that it is a repetition. Codes and refresh tokens themselves are not
//! here; their values name the stream and a generation and carry a MAC.
//!
//! Deliberately absent: whether app, user, membership and consent are still good. They are looked up at each use.

mod aggregate;
mod event;
#[cfg(test)]
mod tests;

pub use aggregate::{Authorization, AuthorizationCommand, AuthorizationError, Family, Redemption, Refresh};
pub use event::{AuthorizationEvent, EndReason, Grant};

use chrono::TimeDelta;

/// A code lives this long (contract, section 5).
pub const CODE_LIFETIME: TimeDelta = TimeDelta::seconds(60);
/// However often it is refreshed, a family ends after this (RFC 9700, 4.14).
pub const FAMILY_LIFETIME: TimeDelta = TimeDelta::days(90);
/// A family that is not refreshed for this long ends.
pub const FAMILY_IDLE: TimeDelta = TimeDelta::days(30);
/// So many wrong redemptions of one code end it.
pub const MAX_REFUSALS: u32 = 5;
