//! Opening the four lives of data, for a server or for one command beside it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use routix_domain::log::EventFeed;
use routix_projections::ReadError;
use routix_projections::projection::{self, Projection};
use routix_projections::read_db::ReadDb;
use routix_projections::rebuild::Rebuilder;
use routix_projections::runner::Runner;
use routix_projections::sqlite_file::{Durability, open_writer};

use crate::commands::users::Users;
use crate::commands::{Commands, Passwords};
use crate::config::Config;
use crate::proxy::catalogue::{Catalogue, CatalogueError};
use crate::proxy::records::{RecordError, SqliteRecords};
use crate::store::EventStore;
use crate::store::identity::IdentityDb;
use crate::store::migrations::{MigrationError, READ, TMS, migrate};
use crate::system::System;

/// Why the data could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot use the data directory {0}")]
    DataDir(PathBuf, #[source] io::Error),
    #[error("cannot make the file {0}")]
    File(PathBuf, #[source] io::Error),
    #[error("another routix is running on {0}; stop it first, or choose another --data-dir")]
    InUse(PathBuf),
    #[error("cannot open {0}")]
    Database(PathBuf, #[source] MigrationError),
    #[error("cannot open the read models")]
    Read(#[from] ReadError),
    #[error("cannot open the records")]
    Records(#[source] RecordError),
    #[error("cannot read the catalogue")]
    Catalogue(#[source] CatalogueError),
}

/// Every store, and what works on them.
pub struct Stores {
    pub system: System,
    pub feed: Arc<dyn EventFeed>,
    pub read: ReadDb,
    pub identity: IdentityDb,
    pub records: SqliteRecords,
    pub catalogue: Arc<Catalogue>,
    pub commands: Commands,
    pub users: Users,
    pub runner: Runner,
}

impl Stores {
    /// Opens everything, makes what is not there, brings it up to date and starts the projections.
    ///
    /// # Errors
    /// [`OpenError`] says what is in the way.
    pub async fn open(config: &Config, system: &System) -> Result<Self, OpenError> {
        let folder = database_folder(config, config.database_url.as_deref())?;
        let log_folder = database_folder(config, config.event_store_url.as_deref())?;
        let log = log_folder.join("events.db");
        let store = EventStore::open(&log, system).map_err(|error| OpenError::Database(log, error))?;
        let identity = folder.join("identity.db");
        let identity =
            IdentityDb::open(&identity, system.now()).map_err(|error| OpenError::Database(identity, error))?;
        let read = folder.join("read.db");
        migrate_file(&read, READ, Durability::Normal, system)?;
        let read = ReadDb::open(&read)?;
        let tms = folder.join("tms.db");
        migrate_file(&tms, TMS, Durability::Full, system)?;
        let records = SqliteRecords::open(&tms).map_err(OpenError::Records)?;
        let feed: Arc<dyn EventFeed> = Arc::new(store.clone());
        prepare(&read, &feed).await?;
        let runner = Runner::start(&read, &feed, &projection::all(), now_micros);
        let (waiter, system) = (runner.waiter(), system.clone());
        let commands =
            Commands::new((store, Arc::clone(&feed)), waiter, identity.clone(), read.clone(), system.clone());
        let users = Users { identity: identity.clone(), passwords: Passwords::new(&system), system: system.clone() };
        let catalogue = Arc::new(Catalogue::built_in().map_err(OpenError::Catalogue)?);
        Ok(Self { system, feed, read, identity, records, catalogue, commands, users, runner })
    }

    /// What rebuilds and verifies read models.
    pub fn rebuilder(&self) -> Rebuilder {
        Rebuilder { db: self.read.clone(), feed: Arc::clone(&self.feed), now: now_micros }
    }
}

/// Takes the data directory for one server. The lock ends with the process, however it ends.
///
/// # Errors
/// [`OpenError::InUse`] when another server has it.
pub(super) fn lock(config: &Config) -> Result<File, OpenError> {
    let folder = database_folder(config, None)?;
    let unusable = |error| OpenError::DataDir(folder.clone(), error);
    let file = File::create(folder.join("lock")).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(folder)),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// Where SQLite files go: the folder of a `sqlite:` URL, or the data directory.
fn database_folder(config: &Config, url: Option<&str>) -> Result<PathBuf, OpenError> {
    let named = url.and_then(|url| url.strip_prefix("sqlite:")).map(PathBuf::from);
    let folder = named.unwrap_or_else(|| config.data_dir.clone());
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.map(|()| folder.clone()).map_err(|error| OpenError::DataDir(folder, error))
}

fn migrate_file(
    path: &Path,
    migrations: &[crate::store::migrations::Migration],
    durability: Durability,
    system: &System,
) -> Result<(), OpenError> {
    let migrated = open_writer(path, durability)
        .map_err(MigrationError::from)
        .and_then(|mut connection| migrate(&mut connection, migrations, system.now()));
    migrated.map(drop).map_err(|error| OpenError::Database(path.to_owned(), error))
}

/// Makes the tables of projections that have none, and rebuilds those that were made by another version of theirs.
async fn prepare(read: &ReadDb, feed: &Arc<dyn EventFeed>) -> Result<(), OpenError> {
    let rebuilder = Rebuilder { db: read.clone(), feed: Arc::clone(feed), now: now_micros };
    for projection in projection::all() {
        let live = read.prepare(projection, now_micros()).await?;
        if live.version != projection.version() {
            tracing::info!(projection = projection.name(), "rebuilding: its tables were made by another version");
            rebuild(&rebuilder, projection).await?;
        }
    }
    Ok(())
}

async fn rebuild(rebuilder: &Rebuilder, projection: &'static dyn Projection) -> Result<(), ReadError> {
    rebuilder.rebuild(projection, &mut |_progress| {}).await.map(drop)
}

fn now_micros() -> i64 {
    System::real().now().timestamp_micros()
}
