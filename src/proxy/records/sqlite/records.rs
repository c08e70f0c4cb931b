//! The SQLite record source as the pipeline sees it.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::Transaction;
use uuid::Uuid;

use crate::proxy::records::{Change, ListQuery, NewRecord, Page, RecordError, RecordSource, Stored, Target, Written};

use super::connections::Connections;
use super::{read, write};

/// Records in one SQLite file that the migrations have made ready.
#[derive(Clone)]
pub struct SqliteRecords {
    pub(super) connections: Arc<Connections>,
}

impl SqliteRecords {
    /// # Errors
    /// [`RecordError`] when the file cannot be opened or is no database.
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        Ok(Self { connections: Arc::new(Connections::open(path)?) })
    }

    /// Runs a write to its end on the blocking pool, whether or not the caller still waits.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, RecordError> + Send + 'static,
    ) -> Result<T, RecordError> {
        let connections = Arc::clone(&self.connections);
        let task = tokio::task::spawn_blocking(move || connections.write(work));
        task.await.map_err(|error| RecordError::Broken(Box::new(error)))?
    }
}

#[async_trait]
impl RecordSource for SqliteRecords {
    async fn list(&self, target: &Target, query: &ListQuery) -> Result<Page, RecordError> {
        self.connections.read(|connection| read::list(connection, target, query))
    }

    async fn get(&self, target: &Target, id: Uuid) -> Result<Option<Stored>, RecordError> {
        self.connections.read(|connection| read::get(connection, target, id))
    }

    async fn create(&self, target: &Target, record: NewRecord) -> Result<Written, RecordError> {
        let target = target.clone();
        self.write(move |transaction| write::create(transaction, &target, &record)).await
    }

    async fn update(&self, target: &Target, change: Change) -> Result<Written, RecordError> {
        let target = target.clone();
        self.write(move |transaction| write::update(transaction, &target, &change)).await
    }
}
