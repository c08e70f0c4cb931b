//! What the token endpoint, the authorization endpoint and the proxy need to know of an app.

mod projector;
mod query;
mod row;
#[cfg(test)]
mod tests;

pub use projector::TokenValidation;
pub use query::{by_client_id, by_id, is_revoked};
pub use row::{RevokedTokenRow, ValidationRow};
