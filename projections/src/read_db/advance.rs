//! One batch of events: rows and checkpoint in one transaction.

use std::sync::Arc;

use routix_domain::log::{Page, RecordedEvent};

use super::fold::{self, Poison, Prepared, Step};
use super::generation::{self, Generation, Reached};
use super::schema::physical;
use super::{ReadDb, ReadError};
use crate::database::{DatabaseError, Session};
use crate::projection::Projection;
use crate::rows::Rows;
use crate::same_log::Mark;
use crate::values;

/// Which tables a batch goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    Live,
    /// The live ones, from a process that may be of another version than the server: it never stops them.
    Beside,
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
    /// Applies the events of a page, which were read behind `after`.
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
                let generation = generation::hold_live(session, name)?.ok_or(ReadError::BuildGone)?;
                generation.must_be_of(projection)?;
                if let Some(standstill) = generation.standstill() {
                    return Ok(standstill);
                }
                if generation.position != after {
                    return Ok(Outcome::Elsewhere(generation.position));
                }
                apply(session, (projection, &generation), target, (Prepared::new(projection, page), now))
            })
            .await
    }
}

fn apply(
    session: &mut dyn Session,
    (projection, generation): (&dyn Projection, &Generation),
    target: Advance,
    (Prepared { page, steps }, now): (Prepared, i64),
) -> Result<Outcome, ReadError> {
    let name = projection.name();
    let Poison { index, source } = match rows_of(session, (projection, generation.number), (&page.events, steps))? {
        Ok(rows) => {
            let last = page.events.last().map(Mark::of);
            let reached = Reached { position: page.next, last, now };
            store(session, (projection, generation.number), &rows, reached)?;
            return Ok(Outcome::At(page.next));
        }
        Err(poison) => poison,
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
    let steps = fold::steps(projection, before);
    // Applied a moment ago and pure, so it cannot fail now; were it to, nothing of it is kept.
    let rows = rows_of(session, (projection, generation.number), (before, steps))?;
    let rows = rows.map_err(|poison| poison.error(projection, before))?;
    let position = before.last().map_or(generation.position, |event| event.position);
    let reached = Reached { position, last: before.last().map(Mark::of), now };
    store(session, (projection, generation.number), &rows, reached)?;
    Ok(position)
}

/// The rows that the events leave behind.
fn rows_of(
    session: &mut dyn Session,
    (projection, number): (&dyn Projection, i64),
    (events, steps): (&[RecordedEvent], Vec<Step>),
) -> Result<Result<Rows, Poison>, DatabaseError> {
    let found = fold::load(session, (projection, number), &steps, None)?;
    Ok(fold::fold(projection, (events, steps), found, None))
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

/// Writes rows, and how far the generation has come with them.
pub(super) fn store(
    session: &mut dyn Session,
    (projection, number): (&dyn Projection, i64),
    rows: &Rows,
    reached: Reached,
) -> Result<(), ReadError> {
    let mut changed = false;
    for table in projection.tables() {
        let physical = physical(table, number);
        let changes = rows.changes(table);
        session.write(&physical, table, &changes.written)?;
        session.update(&physical, table, &changes.updated)?;
        session.remove(&physical, table, &changes.removed)?;
        changed |= !changes.is_empty();
    }
    #[cfg(feature = "failpoints")]
    fail::fail_point!("projection.between_rows_and_checkpoint", |_| Err(ReadError::BuildGone));
    Ok(generation::set_position(session, projection.name(), number, (reached, changed))?)
}
