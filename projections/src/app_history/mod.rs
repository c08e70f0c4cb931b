//! An app's history, event by event, for those who audit it: what happened to the app, and to the consents to it.

mod projector;
mod query;
mod row;
#[cfg(test)]
mod tests;

pub use projector::AppHistory;
pub use query::{HistoryFilter, newest, of_app};
pub use row::{ConsentPartiesRow, HistoryRow};
