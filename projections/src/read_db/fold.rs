//! From a page of the log to the rows that it leaves behind.

use std::collections::HashMap;

use routix_domain::log::{Fact, Page, RecordedEvent, UnreadableEvent};

use super::ReadError;
use super::schema::physical;
use crate::database::{DatabaseError, Session};
use crate::projection::Projection;
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::Value;

/// An event that a projection reads, and the rows that it will ask for.
pub(super) struct Step {
    /// The event's place in its batch.
    index: usize,
    fact: Result<Fact, UnreadableEvent>,
    keys: Vec<RowKey>,
}

/// A page of the log, and what there is to do: all that can be found out without the tables.
pub(super) struct Prepared {
    pub(super) page: Page,
    pub(super) steps: Vec<Step>,
}

impl Prepared {
    /// For this projection and no other.
    pub(super) fn new(projection: &dyn Projection, page: Page) -> Self {
        Self { steps: steps(projection, &page.events), page }
    }
}

/// The event at `index` of the batch cannot be applied.
pub(super) struct Poison {
    pub(super) index: usize,
    pub(super) source: ApplyError,
}

impl Poison {
    pub(super) fn error(self, projection: &dyn Projection, events: &[RecordedEvent]) -> ReadError {
        let (projection, position) = (projection.name(), events[self.index].position);
        ReadError::Poison { projection, position, source: self.source }
    }
}

/// Rows as the database has them. One that was asked for and is not here does not exist.
pub(super) type Found = HashMap<RowKey, Vec<Value>>;

/// What there is to do, up to the first event that cannot be read: nothing behind it is reached.
pub(super) fn steps(projection: &dyn Projection, events: &[RecordedEvent]) -> Vec<Step> {
    let mut steps = Vec::with_capacity(events.len());
    let read = |event: &RecordedEvent| projection.reads().contains(&event.aggregate_type.as_str());
    for (index, event) in events.iter().enumerate().filter(|(_, event)| read(event)) {
        let fact = event.fact();
        let keys = fact.as_ref().map(|fact| projection.keys(fact)).unwrap_or_default();
        let unreadable = fact.is_err();
        steps.push(Step { index, fact, keys });
        if unreadable {
            break;
        }
    }
    steps
}

/// The rows of a whole batch, with one question a table, but those that the batch before left behind.
pub(super) fn load(
    session: &mut dyn Session,
    (projection, number): (&dyn Projection, i64),
    steps: &[Step],
    before: Option<&Rows>,
) -> Result<Found, DatabaseError> {
    let mut found = HashMap::new();
    let wanted = |key: &&RowKey| before.is_none_or(|rows| !rows.is_loaded(key));
    for table in projection.tables() {
        let keys = steps.iter().flat_map(|step| &step.keys).filter(|key| key.table == table.name).filter(wanted);
        let mut keys: Vec<&[Value]> = keys.map(|key| key.key.as_slice()).collect();
        keys.sort_unstable();
        keys.dedup();
        for row in session.load(&physical(table, number), table, &keys)? {
            let key = RowKey { table: table.name, key: row.0[..table.key_length].to_vec() };
            found.insert(key, row.0);
        }
    }
    Ok(found)
}

/// Applies the events to the rows that they touch: those of the batch before, and else those that were found.
pub(super) fn fold(
    projection: &dyn Projection,
    (events, steps): (&[RecordedEvent], Vec<Step>),
    mut found: Found,
    before: Option<&Rows>,
) -> Result<Rows, Poison> {
    let mut rows = Rows::default();
    for Step { index, fact, keys } in steps {
        let poison = |source: ApplyError| Poison { index, source };
        let fact = fact.map_err(|error| poison(error.into()))?;
        for key in keys {
            if !rows.is_loaded(&key) {
                let values = match before.and_then(|rows| rows.values(&key)) {
                    Some(values) => values.cloned(),
                    None => found.remove(&key),
                };
                rows.loaded(key, values);
            }
        }
        projection.apply(&events[index], &fact, &mut rows).map_err(poison)?;
    }
    Ok(rows)
}
