//! Apps as administrators see them.

mod projector;
mod query;
mod row;
#[cfg(test)]
mod tests;

pub use projector::AppList;
pub use query::{by_client_id, by_id, in_organization, of_organization};
pub use row::AppRow;
