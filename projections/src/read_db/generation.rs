//! Generations of a projection's tables: one is live, another may be in the making beside it.

use routix_domain::log::RecordedEvent;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Outcome, ReadError};
use crate::projection::Projection;
use crate::same_log::Mark;

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

fn generation(row: &Row<'_>) -> rusqlite::Result<Generation> {
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

/// The generation that readers see.
pub(super) fn live(connection: &Connection, name: &str) -> Result<Option<Generation>, ReadError> {
    let sql = format!("SELECT {COLUMNS} FROM projections WHERE name = ?1 AND state IN ('live', 'stopped')");
    Ok(connection.prepare_cached(&sql)?.query_row([name], generation).optional()?)
}

/// One generation by its number.
pub(super) fn numbered(connection: &Connection, name: &str, number: i64) -> Result<Option<Generation>, ReadError> {
    let sql = format!("SELECT {COLUMNS} FROM projections WHERE name = ?1 AND generation = ?2");
    Ok(connection.prepare_cached(&sql)?.query_row((name, number), generation).optional()?)
}

/// Every generation of a projection, oldest first.
pub(super) fn all(connection: &Connection, name: &str) -> Result<Vec<Generation>, ReadError> {
    let sql = format!("SELECT {COLUMNS} FROM projections WHERE name = ?1 ORDER BY generation");
    Ok(connection.prepare_cached(&sql)?.query_map([name], generation)?.collect::<Result<_, _>>()?)
}

/// Notes how far a generation has come, and the last event of what was applied, if there was one. Whoever writes it holds the write lock.
pub(super) fn set_position(
    connection: &Connection,
    name: &str,
    number: i64,
    (position, last, now): (u64, Option<&RecordedEvent>, i64),
) -> Result<(), ReadError> {
    let mark = last.map(Mark::of);
    connection
        .prepare_cached(
            "UPDATE projections SET position = ?3, updated_at = ?4, mark_position = coalesce(?5, mark_position),
                mark_event = coalesce(?6, mark_event)
             WHERE name = ?1 AND generation = ?2",
        )?
        .execute((name, number, position, now, mark.as_ref().map(|mark| mark.position), mark.map(|mark| mark.event)))?;
    Ok(())
}
