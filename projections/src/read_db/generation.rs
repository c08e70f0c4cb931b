//! Generations of a projection's tables: one is live, another may be in the making beside it.

use super::{Outcome, ReadError};
use crate::database::{DatabaseError, Row, Session};
use crate::projection::Projection;
use crate::same_log::Mark;
use crate::values;

/// What a generation of tables is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Read, and kept up to date.
    Live,
    /// Read, but standing still at an event that cannot be applied.
    Stopped,
    /// Read, but standing still because an operator wants it so.
    Paused,
    /// Filled by a rebuild; nobody reads it yet.
    Building,
    /// Filled by a verification; nobody will ever read it.
    Verifying,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Stopped => "stopped",
            Self::Paused => "paused",
            Self::Building => "building",
            Self::Verifying => "verifying",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Live, Self::Stopped, Self::Building, Self::Verifying].into_iter().find(|state| state.as_str() == text)
    }
}

/// One generation of a projection's tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    pub number: i64,
    pub version: u32,
    pub state: State,
    /// Every event up to here is in the tables.
    pub position: u64,
    /// The last event in the tables; the positions between it and `position` hold none.
    pub mark: Option<Mark>,
    pub error: Option<String>,
    pub error_position: Option<u64>,
    /// Microseconds since 1970.
    pub updated_at: i64,
}

impl Generation {
    /// # Errors
    /// [`ReadError::OtherVersion`]: a newer version of routix rebuilt these tables, or an older one made them and they were
    /// not rebuilt yet. Rows of both in one table would be rows of neither.
    pub fn must_be_of(&self, projection: &dyn Projection) -> Result<(), ReadError> {
        let (live, wanted) = (self.version, projection.version());
        if live == wanted {
            Ok(())
        } else {
            Err(ReadError::OtherVersion { projection: projection.name(), live, wanted })
        }
    }

    /// Whether these tables are the live ones, moving or not.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.state, State::Live | State::Stopped | State::Paused)
    }

    /// Why nothing may be applied to these tables now.
    pub(crate) fn standstill(&self) -> Option<Outcome> {
        let error = match self.state {
            State::Live | State::Building | State::Verifying => return None,
            State::Stopped => self.error.clone().unwrap_or_default(),
            State::Paused => "paused by an operator".to_owned(),
        };
        let position = self.error_position.unwrap_or(self.position);
        Some(Outcome::Stopped { reached: self.position, position, error })
    }
}

const COLUMNS: &str =
    "generation, version, state, position, error, error_position, updated_at, mark_position, mark_event,
    coalesce((SELECT paused FROM projection_controls WHERE projection_controls.name = projections.name), 0)";

/// A generation from its row of [`COLUMNS`].
pub(super) fn read(row: &Row) -> Result<Generation, DatabaseError> {
    let state: String = row.get(2)?;
    let state = match State::parse(&state).unwrap_or(State::Stopped) {
        State::Live if row.get(9)? => State::Paused,
        state @ (State::Live | State::Stopped | State::Paused | State::Building | State::Verifying) => state,
    };
    let mark_position: Option<u64> = row.get(7)?;
    let mark_event: Option<String> = row.get(8)?;
    Ok(Generation {
        number: row.get(0)?,
        version: row.get(1)?,
        state,
        position: row.get(3)?,
        mark: mark_position.zip(mark_event).map(|(position, event)| Mark { position, event }),
        error: row.get(4)?,
        error_position: row.get(5)?,
        updated_at: row.get(6)?,
    })
}

/// The statement that finds the generation that readers see.
pub(super) fn select_live() -> String {
    format!("SELECT {COLUMNS} FROM projections WHERE name = $1 AND state IN ('live', 'stopped')")
}

/// The statement that finds what readers see of every projection.
pub(super) fn select_all_live() -> String {
    format!("SELECT {COLUMNS}, name FROM projections WHERE state IN ('live', 'stopped')")
}

/// The statement that finds what is in the making of every projection.
pub(super) fn select_all_builds() -> String {
    let tail = "WHERE state IN ('building', 'verifying') ORDER BY name, generation";
    format!("SELECT {COLUMNS}, name FROM projections {tail}")
}

/// A projection's name, and its generation, from a row of [`select_all_live`] or [`select_all_builds`].
pub(super) fn read_named(row: &Row) -> Result<(String, Generation), DatabaseError> {
    Ok((row.get(10)?, read(row)?))
}

/// The statement that finds one generation by its number.
pub(super) fn select_numbered() -> String {
    format!("SELECT {COLUMNS} FROM projections WHERE name = $1 AND generation = $2")
}

/// The generation that readers see.
pub(super) fn live(session: &mut dyn Session, name: &str) -> Result<Option<Generation>, DatabaseError> {
    session.query_one(&select_live(), &values![name.to_owned()])?.as_ref().map(read).transpose()
}

/// One generation by its number.
pub(super) fn numbered(
    session: &mut dyn Session,
    name: &str,
    number: i64,
) -> Result<Option<Generation>, DatabaseError> {
    session.query_one(&select_numbered(), &values![name.to_owned(), number])?.as_ref().map(read).transpose()
}

/// Every generation of a projection, oldest first.
pub(super) fn all(session: &mut dyn Session, name: &str) -> Result<Vec<Generation>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM projections WHERE name = $1 ORDER BY generation");
    session.query(&sql, &values![name.to_owned()])?.iter().map(read).collect()
}

/// As [`live`], and nobody else applies anything to it, or puts another in its place, before this transaction ends: its row
/// is the leadership over every runner.
///
/// In two statements each: the first may wait for another's commit, and only a second one sees all of what that changed.
pub(super) fn hold_live(session: &mut dyn Session, name: &str) -> Result<Option<Generation>, DatabaseError> {
    let hold = "SELECT generation FROM projections WHERE name = $1 AND state IN ('live', 'stopped')";
    let hold = format!("{hold}{}", session.for_update());
    loop {
        let held = session.query_one(&hold, &values![name.to_owned()])?.map(|row| row.get(0)).transpose()?;
        let live = live(session, name)?;
        // Another one when the row that was waited for went away with a swap.
        if live.as_ref().map(|live| live.number) == held {
            return Ok(live);
        }
    }
}

/// As [`numbered`], held as by [`hold_live`].
pub(super) fn hold_numbered(
    session: &mut dyn Session,
    name: &str,
    number: i64,
) -> Result<Option<Generation>, DatabaseError> {
    let hold = format!("SELECT 1 FROM projections WHERE name = $1 AND generation = $2{}", session.for_update());
    session.query(&hold, &values![name.to_owned(), number])?;
    numbered(session, name, number)
}

/// Lets nobody else make, swap or forget generations of a projection before this transaction ends, and returns the newest
/// number that was ever given to one. Comes before any other hold, so that two who hold never wait for one another.
pub(super) fn hold_projection(session: &mut dyn Session, name: &str) -> Result<i64, DatabaseError> {
    let hold = format!("SELECT newest_generation FROM projection_controls WHERE name = $1{}", session.for_update());
    if let Some(row) = session.query_one(&hold, &values![name.to_owned()])? {
        return row.get(0);
    }
    // Of several who make the row at once, all but one wait here, and find it.
    let make = "INSERT INTO projection_controls (name, newest_generation)
         SELECT CAST($1 AS TEXT), coalesce(max(generation), 0) FROM projections WHERE name = $1
         ON CONFLICT (name) DO UPDATE SET newest_generation = projection_controls.newest_generation
         RETURNING newest_generation";
    session.query_one(make, &values![name.to_owned()])?.map_or(Ok(0), |row| row.get(0))
}

/// Holds every generation of a projection, as [`hold_live`] holds one.
pub(super) fn hold_all(session: &mut dyn Session, name: &str) -> Result<(), DatabaseError> {
    let hold = format!("SELECT 1 FROM projections WHERE name = $1 ORDER BY generation{}", session.for_update());
    session.query(&hold, &values![name.to_owned()]).map(drop)
}

/// Forgets a generation; its tables are orphans then.
pub(super) fn forget(session: &mut dyn Session, name: &str, number: i64) -> Result<(), DatabaseError> {
    let sql = "DELETE FROM projections WHERE name = $1 AND generation = $2";
    session.execute(sql, &values![name.to_owned(), number]).map(drop)
}

/// How far a generation has come, and what it takes to get there.
pub(super) struct Reached {
    pub(super) position: u64,
    /// The last event of what was applied, if there was one.
    pub(super) last: Option<Mark>,
    pub(super) now: i64,
}

/// Notes how far a generation has come, and whether any row became another, so that what was read before may be true no
/// more. Whoever writes it holds the generation.
pub(super) fn set_position(
    session: &mut dyn Session,
    name: &str,
    number: i64,
    (reached, changed): (Reached, bool),
) -> Result<(), DatabaseError> {
    let (mark_position, mark_event) = reached.last.map(|mark| (mark.position, mark.event)).unzip();
    let sql = "UPDATE projections SET position = $3, updated_at = $4, mark_position = coalesce($5, mark_position),
            mark_event = coalesce($6, mark_event),
            changes = changes + CASE WHEN changes_position = position THEN $7 ELSE 1 END, changes_position = $3
         WHERE name = $1 AND generation = $2";
    let values = values![name.to_owned(), number, reached.position, reached.now, mark_position, mark_event, changed];
    session.execute(sql, &values).map(drop)
}
