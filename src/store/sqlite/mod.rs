//! The log in one SQLite file: one writer thread that folds waiting appends into one commit, and readers beside it.

mod feed;
mod repository;
mod rows;
mod seals;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex};

use routix_projections::database::{DatabaseError, SqliteDatabase};
use routix_projections::sqlite_file::{Durability, Readers, open_writer};
use rusqlite::Connection;
use tokio::sync::watch;

use self::writer::Writer;
use super::migrations::{EVENTS, MigrationError};
use crate::system::System;

/// An event store in a file. Clones share the file, the writer thread and the readers.
#[derive(Clone)]
pub struct SqliteEventStore {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
    head: watch::Receiver<u64>,
    /// The connection that writes the evidence.
    seals: Arc<Mutex<Connection>>,
}

impl SqliteEventStore {
    /// Opens the file, makes it when it is not there, and brings it up to date.
    ///
    /// # Errors
    /// [`MigrationError`] when the file cannot be opened or brought up to date.
    pub fn open(path: &Path, system: &System) -> Result<Self, MigrationError> {
        EVENTS.migrate_file(&SqliteDatabase::open(path, Durability::Full)?, system.now())?;
        let connection = open_writer(path, Durability::Full).map_err(DatabaseError::from)?;
        let (head_sender, head) = watch::channel(rows::head(&connection).map_err(DatabaseError::from)?);
        let writer = Arc::new(Writer::start(connection, head_sender, system.clone()));
        let seals = Arc::new(Mutex::new(open_writer(path, Durability::Full).map_err(DatabaseError::from)?));
        Ok(Self { writer, readers: Arc::new(Readers::new(path)), head, seals })
    }

    /// Whether the thread that writes is there. Without it the log can be read, and nothing else.
    pub fn takes_appends(&self) -> bool {
        self.head.has_changed().is_ok()
    }
}
