//! Which migrations a database still wants.

use std::path::Path;

use routix_projections::database::{Database, SqliteDatabase};
use routix_projections::sqlite_file::Durability;

use super::open::OpenError;
use super::place::{LogPlace, Place, Places, schema};
use crate::config::Config;
use crate::store::migrations::{EVENTS, IDENTITY, Life, MigrationError, READ, TMS};

/// The migrations that were not applied yet, as life and name. Changes nothing and makes nothing.
///
/// # Errors
/// [`OpenError`] when a database does not answer, or is not of this version.
pub async fn pending_migrations(config: &Config) -> Result<Vec<(&'static str, &'static str)>, OpenError> {
    let places = Places::of(config)?;
    let mut pending = Vec::new();
    #[cfg_attr(
        not(feature = "eventstore"),
        expect(clippy::infallible_destructuring_match, reason = "there is one more place where it is built in")
    )]
    let log = match &places.log {
        LogPlace::Database(place) => place,
        // Its evidence is there.
        #[cfg(feature = "eventstore")]
        LogPlace::EventStoreDb(_) => &places.database,
    };
    for (place, life, file) in [
        (log, EVENTS, "events.db"),
        (&places.database, IDENTITY, "identity.db"),
        (&places.database, READ, "read.db"),
        (&places.database, TMS, "tms.db"),
    ] {
        if life.name == TMS.name && places.records.is_some() {
            continue;
        }
        let names = match place {
            Place::Folder(folder) => of_file(&folder.join(file), life).await?,
            Place::Postgres(url) => {
                let database = Database::Postgres(schema(url, life.name, 1)?);
                life.pending(&database).await.map_err(|error| OpenError::Postgres(url.to_string(), error))?
            }
        };
        pending.extend(names.into_iter().map(|name| (life.name, name)));
    }
    Ok(pending)
}

async fn of_file(file: &Path, life: Life) -> Result<Vec<&'static str>, OpenError> {
    if !file.exists() {
        return Ok(life.sqlite.iter().map(|migration| migration.name).collect());
    }
    let opened = SqliteDatabase::open(file, Durability::Full).map_err(MigrationError::from);
    let unusable = |error| OpenError::Database(file.to_owned(), error);
    life.pending(&Database::Sqlite(opened.map_err(unusable)?)).await.map_err(unusable)
}
