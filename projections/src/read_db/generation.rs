//! Generations of a projection's tables: one is live, another may be in the making beside it.

use rusqlite::{Connection, OptionalExtension, Row};

use super::ReadError;

/// What a generation of tables is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Read, and kept up to date.
    Live,
    /// Read, but standing still at an event that cannot be applied.
    Stopped,
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
    pub error: Option<String>,
    pub error_position: Option<u64>,
    /// Microseconds since 1970.
    pub updated_at: i64,
}

const COLUMNS: &str = "generation, version, state, position, error, error_position, updated_at";

fn generation(row: &Row<'_>) -> rusqlite::Result<Generation> {
    let state: String = row.get(2)?;
    Ok(Generation {
        number: row.get(0)?,
        version: row.get(1)?,
        state: State::parse(&state).unwrap_or(State::Stopped),
        position: row.get(3)?,
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

/// Notes how far a generation has come. Whoever writes it holds the write lock.
pub(super) fn set_position(
    connection: &Connection,
    name: &str,
    number: i64,
    (position, now): (u64, i64),
) -> Result<(), ReadError> {
    connection
        .prepare_cached("UPDATE projections SET position = ?3, updated_at = ?4 WHERE name = ?1 AND generation = ?2")?
        .execute((name, number, position, now))?;
    Ok(())
}
