//! The app: what an administrator registers, and its secrets.
//!
//! Deliberately absent: who may act on an app, and whether the branches it names exist. Both are facts of the
//! organization and are looked up before the command is sent.

mod aggregate;
mod command;
mod event;
#[cfg(test)]
mod tests;

pub use aggregate::{App, AppError, AppState, Status};
pub use command::{AppChange, AppCommand, RegisterApp, StatusChange};
pub use event::{AppEvent, ClientType, RefreshAuthentication, Registration};

/// The longest time for which a rotated secret may go on working: seven days, in seconds.
pub const MAX_OVERLAP_SECONDS: u32 = 7 * 86_400;
