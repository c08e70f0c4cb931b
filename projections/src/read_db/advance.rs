//! One batch of events: rows and checkpoint in one transaction.

use routix_domain::log::{Page, RecordedEvent};
use rusqlite::{Transaction, TransactionBehavior, params_from_iter};

use super::generation::{self, Generation};
use super::schema::physical;
use super::{ReadDb, ReadError, values};
use crate::projection::Projection;
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::Table;

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
        self.write(move |connection| {
            let name = projection.name();
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let generation = match target {
                Advance::Live | Advance::Beside => generation::live(&transaction, name)?,
                Advance::Build(number) => generation::numbered(&transaction, name, number)?,
            }
            .ok_or(ReadError::BuildGone)?;
            generation.must_be_of(projection)?;
            if let Some(standstill) = generation.standstill() {
                return Ok(standstill);
            }
            if generation.position != after {
                return Ok(Outcome::Elsewhere(generation.position));
            }
            let outcome = match fold(&transaction, projection, generation.number, &page.events) {
                Ok(rows) => {
                    write(&transaction, projection, generation.number, &rows)?;
                    generation::set_position(
                        &transaction,
                        name,
                        generation.number,
                        (page.next, page.events.last(), now),
                    )?;
                    Outcome::At(page.next)
                }
                Err(Unfoldable::Database(error)) => return Err(error),
                Err(Unfoldable::Poison { index, source }) => {
                    let position = page.events[index].position;
                    let before = &page.events[..index];
                    let beside = target == Advance::Beside && !before.is_empty();
                    if target != Advance::Live && !beside {
                        return Err(ReadError::Poison { projection: name, position, source });
                    }
                    let reached = apply_sound(&transaction, projection, &generation, (before, now))?;
                    if beside {
                        Outcome::At(reached)
                    } else {
                        stop(&transaction, &generation, name, (reached, position, source.to_string()))?
                    }
                }
            };
            transaction.commit()?;
            Ok(outcome)
        })
        .await
    }
}

/// Applies what came before an offender, and returns how far that is.
fn apply_sound(
    transaction: &Transaction<'_>,
    projection: &dyn Projection,
    generation: &Generation,
    (before, now): (&[RecordedEvent], i64),
) -> Result<u64, ReadError> {
    let name = projection.name();
    match fold(transaction, projection, generation.number, before) {
        Ok(rows) => write(transaction, projection, generation.number, &rows)?,
        Err(Unfoldable::Database(error)) => return Err(error),
        // Applied a moment ago and pure, so it cannot fail now; were it to, nothing of it is kept.
        Err(Unfoldable::Poison { index, source }) => {
            return Err(ReadError::Poison { projection: name, position: before[index].position, source });
        }
    }
    let reached = before.last().map_or(generation.position, |event| event.position);
    generation::set_position(transaction, name, generation.number, (reached, before.last(), now))?;
    Ok(reached)
}

/// Stands still and says why.
fn stop(
    transaction: &Transaction<'_>,
    generation: &Generation,
    name: &str,
    (reached, position, error): (u64, u64, String),
) -> Result<Outcome, ReadError> {
    transaction.execute(
        "UPDATE projections SET state = 'stopped', error = ?3, error_position = ?4 WHERE name = ?1 AND generation = ?2",
        (name, generation.number, &error, position),
    )?;
    Ok(Outcome::Stopped { reached, position, error })
}

enum Unfoldable {
    Database(ReadError),
    /// The event at `index` of the batch.
    Poison {
        index: usize,
        source: ApplyError,
    },
}

/// Loads the rows that the events touch and applies the events to them, in memory.
fn fold(
    transaction: &Transaction<'_>,
    projection: &dyn Projection,
    number: i64,
    events: &[RecordedEvent],
) -> Result<Rows, Unfoldable> {
    let mut rows = Rows::default();
    let read = |event: &RecordedEvent| projection.reads().contains(&event.aggregate_type.as_str());
    for (index, event) in events.iter().enumerate().filter(|(_, event)| read(event)) {
        let poison = |source: ApplyError| Unfoldable::Poison { index, source };
        let fact = event.fact().map_err(|error| poison(error.into()))?;
        for key in projection.keys(&fact) {
            if !rows.is_loaded(&key) {
                let values = load(transaction, projection, number, &key).map_err(Unfoldable::Database)?;
                rows.loaded(key, values);
            }
        }
        projection.apply(event, &fact, &mut rows).map_err(poison)?;
    }
    Ok(rows)
}

fn load(
    transaction: &Transaction<'_>,
    projection: &dyn Projection,
    number: i64,
    key: &RowKey,
) -> Result<Option<Vec<crate::table::Value>>, ReadError> {
    let Some(table) = projection.tables().iter().find(|table| table.name == key.table) else { return Ok(None) };
    let sql = format!("SELECT {} FROM {} WHERE {}", table.column_list(), physical(table, number), key_condition(table));
    let mut statement = transaction.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&key.key))?;
    rows.next()?.map(|row| values(table, row)).transpose()
}

fn write(
    transaction: &Transaction<'_>,
    projection: &dyn Projection,
    number: i64,
    rows: &Rows,
) -> Result<(), ReadError> {
    for table in projection.tables() {
        let physical = physical(table, number);
        let (written, removed) = rows.changes(table);
        let places = vec!["?"; table.columns.len()].join(", ");
        let insert = format!("INSERT OR REPLACE INTO {physical} ({}) VALUES ({places})", table.column_list());
        let mut statement = transaction.prepare_cached(&insert)?;
        for values in written {
            statement.execute(params_from_iter(values))?;
        }
        let delete = format!("DELETE FROM {physical} WHERE {}", key_condition(table));
        let mut statement = transaction.prepare_cached(&delete)?;
        for key in removed {
            statement.execute(params_from_iter(key))?;
        }
    }
    Ok(())
}

fn key_condition(table: &Table) -> String {
    table.key_columns().iter().map(|column| format!("{} = ?", column.name)).collect::<Vec<_>>().join(" AND ")
}
