//! What a demo starts with: two organizations, their branches, people, apps and a year of business.
//!
//! Everything is made through the same commands that an administrator uses. Deliberately absent: anything that `serve`
//! would use.

mod facts;
mod prepare;
pub mod records;

pub use self::facts::{ENV_FILE, Facts};
pub use self::prepare::{PrepareError, prepare, secret_is_current};
