//! The SQLite record source as the pipeline sees it.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::proxy::catalogue::Catalogue;
use crate::proxy::records::dialect::{Dialect, SQLITE};
use crate::proxy::records::{
    Change, ListQuery, NewRecord, Page, RecordError, RecordSource, Stored, Target, Written, writing,
};

use super::check;
use super::connections::Connections;
use super::read;
use super::transaction::SqliteTransaction;

/// Records in one SQLite file that the migrations have made ready.
#[derive(Clone)]
pub struct SqliteRecords {
    pub(super) connections: Arc<Connections>,
    dialect: &'static Dialect,
}

impl SqliteRecords {
    /// # Errors
    /// [`RecordError`] when the file cannot be opened or is no database.
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        Self::speaking(path, &SQLITE)
    }

    /// As [`Self::open`], with the words of a dialect; a test leaves some out.
    pub(in crate::proxy) fn speaking(path: &Path, dialect: &'static Dialect) -> Result<Self, RecordError> {
        Ok(Self { connections: Arc::new(Connections::open(path)?), dialect })
    }

    /// Whether the tables have what the catalogue declares.
    ///
    /// # Errors
    /// [`RecordError`] names the first table or column that is not there.
    pub fn check(&self, catalogue: &Catalogue) -> Result<(), RecordError> {
        self.connections.read(|connection| check::check(connection, catalogue))
    }

    /// Runs a write to its end on the blocking pool, whether or not the caller still waits.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SqliteTransaction<'_>) -> Result<T, RecordError> + Send + 'static,
    ) -> Result<T, RecordError> {
        let (connections, dialect) = (Arc::clone(&self.connections), self.dialect);
        let task = tokio::task::spawn_blocking(move || {
            connections.write(|connection| work(&mut SqliteTransaction { connection, dialect }))
        });
        task.await.map_err(|error| RecordError::Broken(Box::new(error)))?
    }
}

#[async_trait]
impl RecordSource for SqliteRecords {
    async fn list(&self, target: &Target, query: &ListQuery) -> Result<Page, RecordError> {
        self.connections.read(|connection| read::list(connection, self.dialect, target, query))
    }

    async fn get(&self, target: &Target, id: Uuid) -> Result<Option<Stored>, RecordError> {
        self.connections.read(|connection| read::get(connection, self.dialect, target, id))
    }

    async fn create(&self, target: &Target, record: NewRecord) -> Result<Written, RecordError> {
        let target = target.clone();
        self.write(move |transaction| writing::create(transaction, &target, &record)).await
    }

    async fn update(&self, target: &Target, change: Change) -> Result<Written, RecordError> {
        let target = target.clone();
        self.write(move |transaction| writing::update(transaction, &target, &change)).await
    }

    async fn load(&self, target: &Target, records: Vec<NewRecord>) -> Result<(), RecordError> {
        let target = target.clone();
        self.write(move |transaction| writing::load(transaction, &target, &records)).await
    }
}
