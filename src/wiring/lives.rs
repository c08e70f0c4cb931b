//! Opening each life of data at its place: made where it is not there, and brought up to date.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use routix_projections::database::{Database, PostgresUrl, SqliteDatabase};
use routix_projections::sqlite_file::Durability;

use super::open::OpenError;
use super::place::{LogPlace, OwnRecords, Place, Places, schema};
use crate::proxy::catalogue::Catalogue;
use crate::proxy::records::{PostgresRecords, RecordSource, SqliteRecords};
use crate::store::EventStore;
use crate::store::identity::IdentityDb;
use crate::store::migrations::{IDENTITY, Life, MigrationError, READ, TMS};
use crate::store::postgres::PostgresEventStore;
use crate::store::sqlite::SqliteEventStore;
use crate::system::System;

/// Connections of a node to a life that every request looks at.
const CONNECTIONS: usize = 16;

pub(super) async fn log(places: &Places, files: &mut Vec<PathBuf>, system: &System) -> Result<EventStore, OpenError> {
    match &places.log {
        LogPlace::Database(Place::Folder(folder)) => {
            let file = named(folder, "events.db", files);
            let store = SqliteEventStore::open(&file, system).map_err(|error| OpenError::Database(file, error))?;
            Ok(EventStore::Sqlite(store))
        }
        LogPlace::Database(Place::Postgres(url)) => {
            let store = PostgresEventStore::open(url, system.now()).await;
            store.map(EventStore::Postgres).map_err(|error| OpenError::Postgres(url.to_string(), error))
        }
        #[cfg(feature = "eventstore")]
        LogPlace::EventStoreDb(url) => {
            use crate::store::Seals;
            use crate::store::eventstore::EventStoreDb;
            use crate::store::migrations::EVENTS;

            let store = EventStoreDb::open(url, system)?;
            let evidence = database(&places.database, (EVENTS, "events.db"), files, system).await?;
            Ok(EventStore::EventStoreDb { store, seals: Seals::new(evidence) })
        }
    }
}

pub(super) async fn identity(
    place: &Place,
    files: &mut Vec<PathBuf>,
    system: &System,
) -> Result<IdentityDb, OpenError> {
    match place {
        Place::Folder(folder) => {
            let file = named(folder, "identity.db", files);
            IdentityDb::open(&file, system.now()).map_err(|error| OpenError::Database(file, error))
        }
        Place::Postgres(url) => {
            let opened = IdentityDb::open_postgres(schema(url, IDENTITY.name, CONNECTIONS)?, system.now()).await;
            opened.map_err(|error| OpenError::Postgres(url.to_string(), error))
        }
    }
}

/// A life that needs nothing but its migrations.
pub(super) async fn database(
    place: &Place,
    (life, name): (Life, &str),
    files: &mut Vec<PathBuf>,
    system: &System,
) -> Result<Database, OpenError> {
    // What the read models lose in a power cut is applied again from the log.
    let durability = if life.name == READ.name { Durability::Normal } else { Durability::Full };
    match place {
        Place::Folder(folder) => {
            let file = named(folder, name, files);
            let opened = SqliteDatabase::open(&file, durability).map_err(MigrationError::from);
            let migrated = opened.and_then(|database| life.migrate_file(&database, system.now()).map(|_| database));
            migrated.map(Database::Sqlite).map_err(|error| OpenError::Database(file, error))
        }
        Place::Postgres(url) => {
            let database = Database::Postgres(schema(url, life.name, CONNECTIONS)?);
            let migrated = life.migrate(&database, system.now()).await;
            migrated.map(|_| database).map_err(|error| OpenError::Postgres(url.to_string(), error))
        }
    }
}

/// The records of the catalogue. A database that is the operator's own is taken as it is.
pub(super) async fn records(
    places: &Places,
    catalogue: &Catalogue,
    files: &mut Vec<PathBuf>,
    system: &System,
) -> Result<Arc<dyn RecordSource>, OpenError> {
    if let Some(OwnRecords { url, schema }) = &places.records {
        return postgres_records(url, schema, catalogue).await;
    }
    database(&places.database, (TMS, "tms.db"), files, system).await?;
    match &places.database {
        Place::Folder(folder) => {
            let records = SqliteRecords::open(&folder.join("tms.db")).map_err(OpenError::Records)?;
            Ok(Arc::new(records))
        }
        Place::Postgres(url) => postgres_records(url, TMS.name, catalogue).await,
    }
}

async fn postgres_records(
    url: &PostgresUrl,
    schema: &str,
    catalogue: &Catalogue,
) -> Result<Arc<dyn RecordSource>, OpenError> {
    let opened = PostgresRecords::open(url, schema, catalogue).await;
    opened
        .map(|records| -> Arc<dyn RecordSource> { Arc::new(records) })
        .map_err(|error| OpenError::PostgresRecords(url.to_string(), error))
}

fn named(folder: &Path, name: &str, files: &mut Vec<PathBuf>) -> PathBuf {
    let file = folder.join(name);
    files.push(file.clone());
    file
}
