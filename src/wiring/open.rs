//! Opening the four lives of data, for a server or for one command beside it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use routix_domain::log::{EventFeed, SealStore};
use routix_projections::ReadError;
use routix_projections::database::PostgresUrlError;
use routix_projections::projection::{self, Projection};
use routix_projections::read_db::ReadDb;
use routix_projections::rebuild::{Progress, Rebuilder};
use routix_projections::runner::Runner;
use routix_projections::sqlite_file::fold_write_ahead_log;

use super::lives;
use super::place::Places;
use crate::commands::users::Users;
use crate::commands::{Commands, Passwords};
use crate::config::Config;
use crate::evidence::Sealer;
use crate::history::HistoryReader;
use crate::keys::KeyRing;
use crate::operate::Health;
use crate::proxy::catalogue::{Catalogue, CatalogueError};
use crate::proxy::records::{OpenRecordsError, RecordError, RecordSource};
use crate::store::EventStore;
use crate::store::identity::IdentityDb;
use crate::store::migrations::{MigrationError, READ};
use crate::system::System;

/// How often a rebuild at the start says how far it is.
const REPORT: Duration = Duration::from_secs(5);

/// Why the data could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot use the data directory {0}")]
    DataDir(PathBuf, #[source] std::io::Error),
    #[error("another routix is running on {0}; stop it first, or choose another --data-dir")]
    InUse(PathBuf),
    #[error("cannot open {0}")]
    Database(PathBuf, #[source] MigrationError),
    #[error("the setting {0} {1}")]
    Url(&'static str, #[source] PostgresUrlError),
    #[error("cannot use {0}")]
    Postgres(String, #[source] MigrationError),
    #[error("cannot open the read models")]
    Read(#[from] ReadError),
    #[error("cannot open the records")]
    Records(#[source] RecordError),
    #[error("cannot use the records in {0}")]
    PostgresRecords(String, #[source] OpenRecordsError),
    #[error("cannot read the catalogue")]
    Catalogue(#[source] CatalogueError),
    #[error("cannot read the catalogue {0}")]
    CatalogueFile(PathBuf, #[source] std::io::Error),
    #[cfg(feature = "eventstore")]
    #[error("the setting event_store_url")]
    EventStoreUrl(#[from] crate::store::eventstore::EventStoreUrlError),
}

/// Who opens the stores, and so what may become of the read models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Holds the lock of the data directory: rebuilds, follows, and stops what cannot go on.
    Server,
    /// May run beside a server, and be of another version: follows, but leaves the tables to the server.
    Command,
    /// Looks after the read models: finds them as they are.
    Operator,
}

/// Every store, and what works on them.
pub struct Stores {
    pub system: System,
    /// The log, for those who only read it.
    pub feed: Arc<dyn EventFeed>,
    /// The evidence beside the log.
    pub seals: Arc<dyn SealStore>,
    pub store: EventStore,
    pub read: ReadDb,
    pub identity: IdentityDb,
    pub records: Arc<dyn RecordSource>,
    pub catalogue: Arc<Catalogue>,
    pub commands: Commands,
    pub users: Users,
    pub runner: Runner,
    /// The SQLite files.
    files: Vec<PathBuf>,
}

impl Stores {
    /// Opens everything for a server, which must hold the lock: makes what is not there, brings it up to date, starts the
    /// projections and waits until they have caught up with the log.
    ///
    /// # Errors
    /// [`OpenError`] says what is in the way.
    pub async fn open(config: &Config, system: &System) -> Result<Self, OpenError> {
        Self::open_as(Role::Server, config, system).await
    }

    /// Opens everything for a command, beside a server or without one.
    ///
    /// # Errors
    /// [`ReadError::OtherVersion`] and its like when the read models are not for this version and a server is running;
    /// else as [`Self::open`].
    pub async fn open_beside(config: &Config, system: &System) -> Result<Self, OpenError> {
        Self::open_as(Role::Command, config, system).await
    }

    /// Opens everything and leaves the read models as they are; nothing follows the log.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_still(config: &Config, system: &System) -> Result<Self, OpenError> {
        Self::open_as(Role::Operator, config, system).await
    }

    async fn open_as(role: Role, config: &Config, system: &System) -> Result<Self, OpenError> {
        let places = Places::of(config)?;
        let mut files = Vec::new();
        let store = lives::log(&places, &mut files, system).await?;
        let identity = lives::identity(&places.database, &mut files, system).await?;
        let read = ReadDb::new(lives::database(&places.database, (READ, "read.db"), &mut files, system).await?);
        let catalogue = Arc::new(catalogue(config)?);
        let records = lives::records(&places, &catalogue, &mut files, system).await?;
        let feed = store.feed();
        let runner = follow(role, &places, (&read, &feed)).await?;
        let (waiter, system) = (runner.waiter(), system.clone());
        let commands =
            Commands::new((store.clone(), Arc::clone(&feed)), waiter, identity.clone(), read.clone(), system.clone());
        let users = Users { identity: identity.clone(), passwords: Passwords::new(&system), system: system.clone() };
        let seals = store.seals();
        Ok(Self { system, feed, seals, store, read, identity, records, catalogue, commands, users, runner, files })
    }

    /// Ends the projections and leaves each database whole in its one file, ready to be copied.
    pub async fn close(self) {
        self.runner.stop().await;
        for file in &self.files {
            if let Err(error) = fold_write_ahead_log(file) {
                tracing::warn!(file = %file.display(), %error, "the write-ahead log stays beside its database");
            }
        }
    }

    /// What the doors of the operators look at.
    pub fn health(&self) -> Health {
        Health {
            read: self.read.clone(),
            identity: self.identity.clone(),
            store: self.store.clone(),
            seals: Arc::clone(&self.seals),
            projections: self.runner.waiter(),
            system: self.system.clone(),
        }
    }

    /// What seals the log.
    pub fn sealer(&self, keys: KeyRing) -> Sealer {
        let (feed, seals) = (Arc::clone(&self.feed), Arc::clone(&self.seals));
        Sealer { feed, seals, keys, system: self.system.clone() }
    }

    /// What reads histories for auditors.
    pub fn history(&self) -> HistoryReader {
        HistoryReader { feed: Arc::clone(&self.feed), read: self.read.clone(), identity: self.identity.clone() }
    }

    /// What rebuilds and verifies read models.
    pub fn rebuilder(&self) -> Rebuilder {
        Rebuilder::new(self.read.clone(), Arc::clone(&self.feed), now_micros)
    }
}

/// What the API proxy serves: the catalogue that is built in, or the operator's.
///
/// # Errors
/// [`OpenError::Catalogue`] and [`OpenError::CatalogueFile`].
pub fn catalogue(config: &Config) -> Result<Catalogue, OpenError> {
    let Some(file) = &config.catalogue else { return Catalogue::built_in().map_err(OpenError::Catalogue) };
    let text = std::fs::read_to_string(file).map_err(|error| OpenError::CatalogueFile(file.clone(), error))?;
    Catalogue::parse(&text).map_err(OpenError::Catalogue)
}

/// Prepares the read models, follows the log and waits until they hold what the log holds now. A reader that came earlier
/// would be told of apps that they do not exist, and of secrets that they are still valid.
async fn follow(
    role: Role,
    places: &Places,
    (read, feed): (&ReadDb, &Arc<dyn EventFeed>),
) -> Result<Runner, OpenError> {
    let rebuilder = Rebuilder::new(read.clone(), Arc::clone(feed), now_micros);
    for projection in projection::all() {
        prepare(role, places, &rebuilder, projection).await?;
    }
    let all = projection::all();
    let runner = match role {
        Role::Server => Runner::start(read, feed, &all, now_micros),
        Role::Command => Runner::start_beside(read, feed, &all, now_micros),
        Role::Operator => return Ok(Runner::start_beside(read, feed, &[], now_micros)),
    };
    let head = feed.head().await.map_err(ReadError::from)?;
    let names: Vec<_> = all.iter().map(|projection| projection.name()).collect();
    runner.waiter().caught_up(&names, head).await;
    Ok(runner)
}

/// Makes the tables of a projection that has none, and rebuilds those of another version or of another log.
async fn prepare(
    role: Role,
    places: &Places,
    rebuilder: &Rebuilder,
    projection: &'static dyn Projection,
) -> Result<(), OpenError> {
    let live = rebuilder.db.prepare(projection, now_micros()).await?;
    let Err(error) = rebuilder.check(projection, &live).await else { return Ok(()) };
    if !error.wants_rebuild() {
        // The follower meets it too, and says so for as long as it is there.
        return Ok(());
    }
    match role {
        Role::Operator => Ok(()),
        Role::Server => match rebuild(rebuilder, projection, &error).await {
            Err(poison @ ReadError::Poison { .. }) => {
                // The others can work. This one stands still, and the server is not ready.
                tracing::error!(projection = projection.name(), error = %poison, "the rebuild failed");
                Ok(())
            }
            done => Ok(done?),
        },
        // A server that is running goes on with its tables; without one nobody misses them. Whether there is one behind a
        // PostgreSQL, nobody here can tell.
        Role::Command => match places.lock() {
            Ok(Some(_for_that_time)) => Ok(rebuild(rebuilder, projection, &error).await?),
            Ok(None) | Err(OpenError::InUse(_)) => Err(error.into()),
            Err(unusable) => Err(unusable),
        },
    }
}

async fn rebuild(rebuilder: &Rebuilder, projection: &'static dyn Projection, why: &ReadError) -> Result<(), ReadError> {
    let name = projection.name();
    tracing::warn!(projection = name, %why, "rebuilding");
    let mut said = Instant::now();
    let mut say = |progress: Progress| {
        if said.elapsed() >= REPORT {
            said = Instant::now();
            tracing::info!(projection = name, position = progress.position, head = progress.head, "rebuilding");
        }
    };
    rebuilder.rebuild(projection, &mut say).await.map(drop)
}

pub(super) fn now_micros() -> i64 {
    System::real().now().timestamp_micros()
}
