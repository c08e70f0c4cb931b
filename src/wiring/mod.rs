//! From settings to a running program: the only place that names concrete stores.

mod gate;
mod open;
mod service;

pub use self::open::{OpenError, Stores};
pub use self::service::{ServeError, Service};
