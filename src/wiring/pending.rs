//! Which migrations a database still wants.

use std::fmt;
use std::path::Path;

use routix_projections::database::{Database, SqliteDatabase};
use routix_projections::sqlite_file::Durability;

use super::open::OpenError;
use super::place::{Place, Places, schema};
use crate::config::Config;
use crate::store::migrations::{EVENTS, IDENTITY, Life, MigrationError, READ, TMS};

/// A life that routix migrates, and where it is.
pub(super) struct LifeAt<'a> {
    place: &'a Place,
    life: Life,
    file: &'static str,
}

impl LifeAt<'_> {
    pub(super) fn name(&self) -> &'static str {
        self.life.name
    }
}

impl fmt::Display for LifeAt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Folder(folder) => folder.join(self.file).display().fmt(f),
            Place::Postgres(url) => write!(f, "the schema {} of {url}", self.life.name),
        }
    }
}

/// The lives that are routix's to migrate. Records of the operator's own are not among them.
pub(super) fn lives(places: &Places) -> Vec<LifeAt<'_>> {
    let database = &places.database;
    let mut lives = vec![
        LifeAt { place: places.log_database(), life: EVENTS, file: "events.db" },
        LifeAt { place: database, life: IDENTITY, file: "identity.db" },
        LifeAt { place: database, life: READ, file: "read.db" },
    ];
    if places.records.is_none() {
        lives.push(LifeAt { place: database, life: TMS, file: "tms.db" });
    }
    lives
}

/// The migrations that were not applied yet, as life and name. Changes nothing and makes nothing.
///
/// # Errors
/// [`OpenError`] when a database does not answer, or is not of this version.
pub async fn pending_migrations(config: &Config) -> Result<Vec<(&'static str, &'static str)>, OpenError> {
    let places = Places::read(config)?;
    let mut missing = Vec::new();
    for life in lives(&places) {
        let names = pending(&life).await?;
        missing.extend(names.into_iter().map(|name| (life.name(), name)));
    }
    Ok(missing)
}

/// The names of those that one life lacks.
///
/// # Errors
/// As [`pending_migrations`].
pub(super) async fn pending(LifeAt { place, life, file }: &LifeAt<'_>) -> Result<Vec<&'static str>, OpenError> {
    match place {
        Place::Folder(folder) => of_file(&folder.join(file), *life).await,
        Place::Postgres(url) => {
            let database = Database::Postgres(schema(url, life.name, 1)?);
            life.pending(&database).await.map_err(|error| OpenError::Postgres(url.to_string(), error))
        }
    }
}

async fn of_file(file: &Path, life: Life) -> Result<Vec<&'static str>, OpenError> {
    if !file.exists() {
        return Ok(life.sqlite.iter().map(|migration| migration.name).collect());
    }
    let opened = SqliteDatabase::open(file, Durability::Full).map_err(MigrationError::from);
    let unusable = |error| OpenError::Database(file.to_owned(), error);
    life.pending(&Database::Sqlite(opened.map_err(unusable)?)).await.map_err(unusable)
}
