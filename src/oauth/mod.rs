//! The OAuth server's doors for clients.
//!
//! Deliberately absent: the implicit and the password grant (OAuth 2.1 dropped both), and registration by clients
//! themselves: an app is registered by an administrator.

mod error;
pub mod metadata;
pub mod token;

pub use self::error::OAuthError;
