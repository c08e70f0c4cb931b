//! Settings, and the only reader of the environment: flag, then environment variable, then TOML file, then default.

mod account;
mod check;
mod load;
mod network;
mod setting;
mod settings;
mod unknown;

pub use self::account::{account, notify_socket};
pub use self::load::{ConfigError, Loaded, load};
pub use self::network::{InvalidNetwork, Network};
pub use self::setting::{Origin, Setting};
pub use self::settings::{Config, LogFormat};
