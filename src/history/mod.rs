//! What happened to an app and what it could do then, for every surface that tells auditors.
//!
//! A state at a moment is folded from the log itself and not from a read model: those know only now. Deliberately absent:
//! who may read a history; that is each surface's own matter.

mod data;
mod people;
mod reader;

pub use self::data::{as_of, change, event, member, since, timestamp};
pub use self::people::{ActorNames, Called, HistoryNames, Sight};
pub use self::reader::{HistoryError, HistoryReader};
