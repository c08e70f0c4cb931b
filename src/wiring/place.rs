//! Where each life of data is, as the settings say it.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use routix_projections::database::{PostgresDatabase, PostgresUrl};

use super::open::OpenError;
use crate::config::Config;

/// A folder of SQLite files, or a PostgreSQL.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Folder(PathBuf),
    Postgres(Box<PostgresUrl>),
}

/// Where the log is.
#[derive(Clone)]
pub(super) enum LogPlace {
    Database(Place),
    #[cfg(feature = "eventstore")]
    EventStoreDb(String),
}

/// The places of the log, and of all else.
#[derive(Clone)]
pub(super) struct Places {
    pub(super) log: LogPlace,
    pub(super) database: Place,
    /// `None` for those of routix, beside the read models.
    pub(super) records: Option<OwnRecords>,
}

/// Records in a database of the operator's, which no migration of ours touches.
#[derive(Clone)]
pub(super) struct OwnRecords {
    pub(super) url: Box<PostgresUrl>,
    pub(super) schema: String,
}

impl Places {
    /// The places of the settings, with folders that are not there made.
    ///
    /// # Errors
    /// [`OpenError`] for a URL that cannot be understood and a folder that cannot be made.
    pub(super) fn of(config: &Config) -> Result<Self, OpenError> {
        let places = Self::read(config)?;
        places.database.make()?;
        places.log_database().make()?;
        Ok(places)
    }

    /// The places of the settings, whether or not anything is there. Without a word the log is where the database is when
    /// that is a PostgreSQL, which several nodes may share, and in the data directory otherwise.
    ///
    /// # Errors
    /// [`OpenError::Url`] for a URL that cannot be understood.
    pub(super) fn read(config: &Config) -> Result<Self, OpenError> {
        let database = place(config, "database_url", config.database_url.as_deref())?;
        let log = match (config.event_store_url.as_deref(), &database) {
            (None, Place::Postgres(url)) => LogPlace::Database(Place::Postgres(url.clone())),
            #[cfg(feature = "eventstore")]
            (Some(url), _) if url.starts_with("esdb") || url.starts_with("kurrentdb") => {
                LogPlace::EventStoreDb(url.to_owned())
            }
            (url, _) => LogPlace::Database(place(config, "event_store_url", url)?),
        };
        let url = |url: &String| PostgresUrl::parse(url).map_err(|error| OpenError::Url("tms_url", error));
        let records = config.tms_url.as_ref().map(url).transpose()?;
        let records = records.map(|url| OwnRecords { url: Box::new(url), schema: config.tms_schema.clone() });
        Ok(Self { log, database, records })
    }

    /// The database of the log; where the log is in none, that of its evidence.
    pub(super) fn log_database(&self) -> &Place {
        match &self.log {
            LogPlace::Database(place) => place,
            #[cfg(feature = "eventstore")]
            LogPlace::EventStoreDb(_) => &self.database,
        }
    }

    /// Takes the files for one server. The lock ends with the process, however it ends. `None` where there are no files:
    /// several servers may share a PostgreSQL.
    ///
    /// # Errors
    /// [`OpenError::InUse`] when another server has them.
    pub(super) fn lock(&self) -> Result<Option<File>, OpenError> {
        let ((Place::Folder(folder), _) | (_, LogPlace::Database(Place::Folder(folder)))) = (&self.database, &self.log)
        else {
            return Ok(None);
        };
        let unusable = |error| OpenError::DataDir(folder.clone(), error);
        let file = File::create(folder.join("lock")).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse(folder.clone())),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }
}

impl Place {
    /// Makes the folder, for this account alone; a PostgreSQL is there.
    fn make(&self) -> Result<(), OpenError> {
        match self {
            Self::Postgres(_) => Ok(()),
            Self::Folder(folder) => {
                let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
                made.map_err(|error| OpenError::DataDir(folder.clone(), error))
            }
        }
    }
}

fn place(config: &Config, setting: &'static str, url: Option<&str>) -> Result<Place, OpenError> {
    let Some(url) = url else { return Ok(Place::Folder(config.data_dir.clone())) };
    if let Some(folder) = url.strip_prefix("sqlite:") {
        return Ok(Place::Folder(PathBuf::from(folder)));
    }
    let parsed = PostgresUrl::parse(url).map_err(|error| OpenError::Url(setting, error))?;
    Ok(Place::Postgres(Box::new(parsed)))
}

/// A schema of a PostgreSQL, with at most so many connections.
pub(super) fn schema(url: &PostgresUrl, life: &str, connections: usize) -> Result<PostgresDatabase, OpenError> {
    PostgresDatabase::new(url, life, connections).map_err(|error| OpenError::Postgres(url.to_string(), error.into()))
}
