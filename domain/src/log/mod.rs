//! The shape of the log: what is recorded with every event, how an event is read back, and the port that reads in order.

mod fact;
mod feed;
mod metadata;
mod seals;
#[cfg(test)]
mod tests;

pub use fact::{Fact, UnreadableEvent};
pub use feed::{EventFeed, FeedError, OVERLAP, Page, RecordedEvent};
pub use metadata::{Actor, Metadata};
pub use seals::{EventHash, SealStore, Sealed, StoredCheckpoint};
