//! The log in one SQLite file: one writer thread that folds waiting appends into one commit, after what they rest on is in its
//! own file, and readers beside it.

mod feed;
mod repository;
mod rows;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::Arc;

use routix_projections::database::{Database, DatabaseError, SqliteDatabase};
use routix_projections::sqlite_file::{Durability, LogLength, Readers, open_writer};

use self::writer::Writer;
use super::bell::Bell;
use super::identity::NewContext;
use super::migrations::{EVENTS, MigrationError};
use super::seals::Seals;
use crate::system::System;

/// An event store in a file. Clones share the file, the writer thread and the readers.
#[derive(Clone)]
pub struct SqliteEventStore {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
    bell: Arc<Bell>,
    seals: Seals,
    /// What must be on the disk before anything that is appended.
    context: Option<NewContext>,
}

impl SqliteEventStore {
    /// Opens the file, makes it when it is not there, and brings it up to date.
    ///
    /// # Errors
    /// [`MigrationError`] when the file cannot be opened or brought up to date.
    pub fn open(path: &Path, system: &System) -> Result<Self, MigrationError> {
        let database = SqliteDatabase::open(path, Durability::Full)?;
        EVENTS.migrate_file(&database, system.now())?;
        let connection = open_writer(path, Durability::Full).map_err(DatabaseError::from)?;
        let writer = Arc::new(Writer::start((connection, LogLength::of(path)), system.clone()));
        let (readers, bell) = (Arc::new(Readers::new(path)), Arc::default());
        Ok(Self { writer, readers, bell, seals: Seals::new(Database::Sqlite(database)), context: None })
    }

    /// The same log, for an append that may not be there without this context of a file: the thread that appends stores it
    /// before, with those of all who share the commit.
    pub(super) fn resting_on(&self, context: NewContext) -> Self {
        Self { context: Some(context), ..self.clone() }
    }

    /// The evidence beside the log.
    pub fn seals(&self) -> Seals {
        self.seals.clone()
    }

    /// Whether the thread that writes is there. Without it the log can be read, and nothing else.
    pub fn takes_appends(&self) -> bool {
        self.writer.is_running()
    }
}
