//! What PostgreSQL and its pool say, as what it means.

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

use crate::database::DatabaseError;

impl From<tokio_postgres::Error> for DatabaseError {
    fn from(error: tokio_postgres::Error) -> Self {
        let conflicts = [
            SqlState::UNIQUE_VIOLATION,
            SqlState::CHECK_VIOLATION,
            SqlState::FOREIGN_KEY_VIOLATION,
            SqlState::NOT_NULL_VIOLATION,
            SqlState::EXCLUSION_VIOLATION,
            SqlState::RAISE_EXCEPTION,
        ];
        match error.code() {
            Some(code) if conflicts.contains(code) => Self::Conflict(Box::new(error)),
            Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => Self::InUse(Box::new(error)),
            Some(_) | None => Self::unavailable(error),
        }
    }
}

impl From<PoolError> for DatabaseError {
    fn from(error: PoolError) -> Self {
        Self::unavailable(error)
    }
}
