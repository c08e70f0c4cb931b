//! Use cases that change something, shared by every surface: each checks the facts it needs in the read models, sends its
//! command, and answers when the read models that its promise rests on have seen the event.
//!
//! Deliberately absent: HTTP, and who may do it. A surface proves the caller's right before it comes here.

pub mod authorizations;
mod bus;
pub mod change_app;
pub mod consents;
pub mod forget;
pub mod members;
pub mod organizations;
mod origin;
mod passwords;
pub mod register_app;
mod remembered;
pub mod rotate_secret;
mod secret;
pub mod sessions;
pub mod signing_keys;
pub mod skip_event;
pub mod users;

pub use self::bus::{CommandError, Commands, Executed};
pub use self::origin::Origin;
pub use self::passwords::{PasswordError, Passwords};
pub use self::secret::{Secret, digest};
