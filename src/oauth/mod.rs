//! The OAuth server: the doors for clients, and the consent page for people.
//!
//! Deliberately absent: the implicit and the password grant (OAuth 2.1 dropped both), and registration by clients
//! themselves: an app is registered by an administrator.

mod authorize;
mod client_auth;
mod error;
mod introspect;
pub mod metadata;
mod request;
mod revoke;
mod router;
mod server;
mod token;
mod values;

pub use self::error::OAuthError;
pub use self::request::ClientRequest;
pub use self::router::{pages, router};
pub use self::server::OAuthServer;
