//! The log in PostgreSQL, in the schema `events`: postgres-es appends, and the rest is our own: loads, and a feed that reads it in order.
//!
//! The clock is the database's: nodes need not agree on the time.

mod appenders;
mod feed;
mod fence;
mod group;
mod repository;

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use chrono::{DateTime, Utc};
use routix_projections::database::{Database, DatabaseError, PoolStatus, PostgresDatabase, PostgresUrl};
use sqlx::postgres::PgConnectOptions;

use self::appenders::Appenders;
use self::group::Group;
use super::bell::Bell;
use super::migrations::{EVENTS, MigrationError};
use super::seals::Seals;

/// Connections of a node that load streams, read the log in order, and write the evidence.
const READERS: usize = 8;

/// An event store in PostgreSQL. Clones share its connections.
#[derive(Clone)]
pub struct PostgresEventStore {
    appenders: Arc<Appenders>,
    group: Arc<Group>,
    database: Database,
    bell: Arc<Bell>,
    /// Whatever is missing up to here was taken back and never comes.
    settled: Arc<AtomicU64>,
}

impl PostgresEventStore {
    /// Connects, and brings the schema up to date.
    ///
    /// # Errors
    /// [`MigrationError`] when it does not answer or cannot be brought up to date.
    pub async fn open(url: &PostgresUrl, now: DateTime<Utc>) -> Result<Self, MigrationError> {
        let database = Database::Postgres(PostgresDatabase::new(url, EVENTS.name, READERS)?);
        EVENTS.migrate(&database, now).await?;
        let unusable = |error: sqlx::Error| DatabaseError::Unavailable(Box::new(error));
        let options =
            PgConnectOptions::from_str(url.for_client()).map_err(unusable)?.application_name("routix").options([
                ("search_path", EVENTS.name),
                ("statement_timeout", "10s"),
                ("idle_in_transaction_session_timeout", "10s"),
            ]);
        Ok(Self {
            appenders: Arc::new(Appenders::new(options)),
            group: Arc::default(),
            database,
            bell: Arc::default(),
            settled: Arc::new(AtomicU64::new(0)),
        })
    }

    /// How busy the connections are that read the log, and those that append to it.
    pub(super) fn pools(&self) -> Vec<(&'static str, PoolStatus)> {
        let reading = self.database.pool().map(|pool| ("log", pool));
        let mut appends = self.appenders.pool();
        appends.waiting += self.group.len();
        reading.into_iter().chain([("appends", appends)]).collect()
    }

    /// The evidence beside the log.
    pub fn seals(&self) -> Seals {
        Seals::new(self.database.clone())
    }
}
