//! What somebody says of an app, read with every fault named: the same rules for a body of the API and a form of a page.
//!
//! Deliberately absent: who may say it, and the rules that only the app's own stream can judge.

mod app;
mod fields;

pub use self::app::{new_app, read_change};
pub use self::fields::{Fields, uuid};
