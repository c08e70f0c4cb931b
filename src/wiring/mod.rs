//! From settings to a running program: the only place that names concrete stores.

mod backup;
mod doctor;
mod gate;
mod lives;
mod open;
mod pending;
mod place;
mod service;

pub use self::backup::{BackupError, Copied, back_up};
pub use self::doctor::{Finding, Verdict, examine, told};
pub use self::open::{OpenError, Stores, catalogue};
pub use self::pending::pending_migrations;
pub use self::service::{ServeError, Service};
