//! What a projection is: a name, a version, tables, and one function from event to rows.

use routix_domain::log::{Fact, RecordedEvent};

use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::Table;

/// Turns events into rows. It sees the event and the rows it named, nothing else: no clock, no network, no other table.
pub trait Projection: Send + Sync {
    fn name(&self) -> &'static str;

    /// Raised whenever the tables or the meaning of their rows change; the tables are rebuilt then.
    fn version(&self) -> u32;

    fn tables(&self) -> &'static [Table];

    /// The types of the aggregates whose events it reads. It passes the others without a look at them, so that an event
    /// that cannot be read stops only those that would have used it.
    fn reads(&self) -> &'static [&'static str];

    /// The rows that [`Self::apply`] will ask for; empty for an event that does not concern this projection.
    fn keys(&self, fact: &Fact) -> Vec<RowKey>;

    /// Applies one event to the rows.
    ///
    /// # Errors
    /// [`ApplyError`] stops this projection at this event.
    fn apply(&self, event: &RecordedEvent, fact: &Fact, rows: &mut Rows) -> Result<(), ApplyError>;
}

/// Every projection of routix, in the order in which `status` shows them.
pub fn all() -> Vec<&'static dyn Projection> {
    vec![
        &crate::token_validation::TokenValidation,
        &crate::branches::Branches,
        &crate::members::Members,
        &crate::consents::Consents,
        &crate::app_list::AppList,
        &crate::app_history::AppHistory,
    ]
}

/// The projection of this name.
pub fn named(name: &str) -> Option<&'static dyn Projection> {
    all().into_iter().find(|projection| projection.name() == name)
}
