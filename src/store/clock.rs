//! What time a database has.

use chrono::{DateTime, Utc};
use routix_projections::database::{Database, DatabaseError};

/// The time of the machine that a database is on; `None` for a file, which has no clock but the caller's.
///
/// # Errors
/// [`DatabaseError`] when it does not answer.
pub async fn clock(database: &Database) -> Result<Option<DateTime<Utc>>, DatabaseError> {
    match database {
        Database::Sqlite(_) => Ok(None),
        Database::Postgres(_) => {
            let asked = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
            database.select_one(asked, &[]).await?.map(|row| row.get(0)).transpose()
        }
    }
}
