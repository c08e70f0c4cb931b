//! Consents in force and withdrawn, and the authorizations whose tokens have ended.

mod projector;
mod query;
mod row;
#[cfg(test)]
mod tests;

pub use projector::Consents;
pub use query::{by_id, by_id_at, ever_of_app, has_ended, of_app, of_organization, of_user};
pub use row::{ConsentRow, EndedAuthorizationRow};
