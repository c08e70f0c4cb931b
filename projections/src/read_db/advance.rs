//! One batch of events: rows and checkpoint in one transaction.

use std::collections::HashMap;
use std::sync::Arc;

use routix_domain::log::{Fact, Page, RecordedEvent, UnreadableEvent};

use super::generation::{self, Generation, Reached};
use super::schema::physical;
use super::{ReadDb, ReadError};
use crate::database::{DatabaseError, Session};
use crate::projection::Projection;
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::Value;
use crate::values;

/// Which tables a batch goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    Live,
    /// The live ones, from a process that may be of another version than the server: it never stops them.
    Beside,
    Build(i64),
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The tables hold every event up to here.
    At(u64),
    /// Somebody else brought the tables to another position; read on from there.
    Elsewhere(u64),
    /// The projection stands still at the event at `position`; everything up to `reached` is in its tables.
    Stopped { reached: u64, position: u64, error: String },
}

impl ReadDb {
    /// Applies the events of `page`, which were read behind `after`.
    ///
    /// The checkpoint row decides: if it is not at `after`, nothing is applied. So any number of runners, in any number
    /// of processes, apply each event once.
    ///
    /// # Errors
    /// [`ReadError::Poison`] for an event that cannot be applied. [`Advance::Live`] stops the projection instead and says
    /// so in the outcome; [`Advance::Beside`] applies what came before it first.
    pub async fn advance(
        &self,
        projection: &'static dyn Projection,
        target: Advance,
        (after, page): (u64, Page),
        now: i64,
    ) -> Result<Outcome, ReadError> {
        let pace = Arc::clone(&self.pace);
        self.database
            .write(move |session| {
                pace.keep(session)?;
                let name = projection.name();
                let generation = match target {
                    Advance::Live | Advance::Beside => generation::hold_live(session, name)?,
                    Advance::Build(number) => generation::hold_numbered(session, name, number)?,
                }
                .ok_or(ReadError::BuildGone)?;
                generation.must_be_of(projection)?;
                if let Some(standstill) = generation.standstill() {
                    return Ok(standstill);
                }
                if generation.position != after {
                    return Ok(Outcome::Elsewhere(generation.position));
                }
                apply(session, (projection, &generation), target, (&page, now))
            })
            .await
    }
}

fn apply(
    session: &mut dyn Session,
    (projection, generation): (&dyn Projection, &Generation),
    target: Advance,
    (page, now): (&Page, i64),
) -> Result<Outcome, ReadError> {
    let name = projection.name();
    let (index, source) = match fold(session, projection, generation.number, &page.events) {
        Ok(rows) => {
            let changed = write(session, projection, generation.number, &rows)?;
            #[cfg(feature = "failpoints")]
            fail::fail_point!("projection.between_rows_and_checkpoint", |_| Err(ReadError::BuildGone));
            let reached = Reached { position: page.next, last: page.events.last(), changed, now };
            generation::set_position(session, name, generation.number, &reached)?;
            return Ok(Outcome::At(page.next));
        }
        Err(Unfoldable::Database(error)) => return Err(error.into()),
        Err(Unfoldable::Poison { index, source }) => (index, source),
    };
    let position = page.events[index].position;
    let before = &page.events[..index];
    let beside = target == Advance::Beside && !before.is_empty();
    if target != Advance::Live && !beside {
        return Err(ReadError::Poison { projection: name, position, source });
    }
    let reached = apply_sound(session, projection, generation, (before, now))?;
    if beside {
        Ok(Outcome::At(reached))
    } else {
        stop(session, generation, name, (reached, position, source.to_string()))
    }
}

/// Applies what came before an offender, and returns how far that is.
fn apply_sound(
    session: &mut dyn Session,
    projection: &dyn Projection,
    generation: &Generation,
    (before, now): (&[RecordedEvent], i64),
) -> Result<u64, ReadError> {
    let name = projection.name();
    let changed = match fold(session, projection, generation.number, before) {
        Ok(rows) => write(session, projection, generation.number, &rows)?,
        Err(Unfoldable::Database(error)) => return Err(error.into()),
        // Applied a moment ago and pure, so it cannot fail now; were it to, nothing of it is kept.
        Err(Unfoldable::Poison { index, source }) => {
            return Err(ReadError::Poison { projection: name, position: before[index].position, source });
        }
    };
    let position = before.last().map_or(generation.position, |event| event.position);
    let reached = Reached { position, last: before.last(), changed, now };
    generation::set_position(session, name, generation.number, &reached)?;
    Ok(position)
}

/// Stands still and says why.
fn stop(
    session: &mut dyn Session,
    generation: &Generation,
    name: &str,
    (reached, position, error): (u64, u64, String),
) -> Result<Outcome, ReadError> {
    let sql = "UPDATE projections SET state = 'stopped', error = $3, error_position = $4
         WHERE name = $1 AND generation = $2";
    session.execute(sql, &values![name.to_owned(), generation.number, error.clone(), position])?;
    Ok(Outcome::Stopped { reached, position, error })
}

enum Unfoldable {
    Database(DatabaseError),
    /// The event at `index` of the batch.
    Poison {
        index: usize,
        source: ApplyError,
    },
}

/// An event that a projection reads, and the rows that it will ask for.
struct Step {
    /// The event's place in its batch.
    index: usize,
    fact: Result<Fact, UnreadableEvent>,
    keys: Vec<RowKey>,
}

/// Loads the rows that the events touch and applies the events to them, in memory.
fn fold(
    session: &mut dyn Session,
    projection: &dyn Projection,
    number: i64,
    events: &[RecordedEvent],
) -> Result<Rows, Unfoldable> {
    let steps = steps(projection, events);
    let mut found = load(session, projection, number, &steps).map_err(Unfoldable::Database)?;
    let mut rows = Rows::default();
    for Step { index, fact, keys } in steps {
        let poison = |source: ApplyError| Unfoldable::Poison { index, source };
        let fact = fact.map_err(|error| poison(error.into()))?;
        for key in keys {
            if !rows.is_loaded(&key) {
                let values = found.remove(&key);
                rows.loaded(key, values);
            }
        }
        projection.apply(&events[index], &fact, &mut rows).map_err(poison)?;
    }
    Ok(rows)
}

/// What there is to do, up to the first event that cannot be read: nothing behind it is reached.
fn steps(projection: &dyn Projection, events: &[RecordedEvent]) -> Vec<Step> {
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

/// The rows of a whole batch as the database has them, with one question a table.
fn load(
    session: &mut dyn Session,
    projection: &dyn Projection,
    number: i64,
    steps: &[Step],
) -> Result<HashMap<RowKey, Vec<Value>>, DatabaseError> {
    let mut found = HashMap::new();
    for table in projection.tables() {
        let keys = steps.iter().flat_map(|step| &step.keys).filter(|key| key.table == table.name);
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

/// Returns whether there was anything to write.
fn write(
    session: &mut dyn Session,
    projection: &dyn Projection,
    number: i64,
    rows: &Rows,
) -> Result<bool, DatabaseError> {
    let mut changed = false;
    for table in projection.tables() {
        let physical = physical(table, number);
        let changes = rows.changes(table);
        session.write(&physical, table, &changes.written)?;
        session.update(&physical, table, &changes.updated)?;
        session.remove(&physical, table, &changes.removed)?;
        changed |= !changes.is_empty();
    }
    Ok(changed)
}
