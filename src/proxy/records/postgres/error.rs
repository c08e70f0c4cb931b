//! What a fault of the database means: trying again may help, or somebody has to look at it.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::proxy::records::RecordError;

/// Connections, resources, operators and conflicts between transactions pass; so does a server that takes no writes, or a
/// transaction that waited for too long.
const PASSING_CLASSES: [&str; 5] = ["08", "40", "53", "57", "58"];
const PASSING: [SqlState; 3] =
    [SqlState::LOCK_NOT_AVAILABLE, SqlState::READ_ONLY_SQL_TRANSACTION, SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT];

pub(super) fn broken_or_unavailable(error: Error) -> RecordError {
    let passing = match error.code() {
        Some(code) => PASSING.contains(code) || PASSING_CLASSES.iter().any(|class| code.code().starts_with(class)),
        None => {
            error.is_closed() || std::error::Error::source(&error).is_some_and(|source| source.is::<std::io::Error>())
        }
    };
    if passing { RecordError::Unavailable(Box::new(error)) } else { RecordError::Broken(Box::new(error)) }
}

/// As above; and a unique field that somebody else has taken in the meantime is told by the name of its index.
pub(super) fn of_write(error: Error) -> RecordError {
    let field = error.as_db_error().filter(|error| *error.code() == SqlState::UNIQUE_VIOLATION).and_then(|error| {
        let field = error.constraint()?.strip_prefix(error.table()?)?.strip_prefix('_')?.strip_suffix("_uq")?;
        (field != "id").then(|| field.to_owned())
    });
    field.map_or_else(|| broken_or_unavailable(error), |field| RecordError::Conflict { field })
}
