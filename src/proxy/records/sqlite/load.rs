//! Loading many rows at once, for the demo: the same checks as a request, one transaction for all.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use routix_domain::value::Fault;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::proxy::catalogue::{ApiVersion, Purpose, Resource, read_members};
use crate::proxy::records::{NewRecord, RecordError, SqliteRecords, Target};
use crate::proxy::tenant::Tenant;

use super::write;

/// A row to load: its members are those of v2, whether or not the API may write them.
#[derive(Clone, Debug)]
pub struct LoadRow {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub members: Map<String, Value>,
}

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("row {row} of '{resource}' is at fault: {faults:?}")]
    Invalid { resource: String, row: usize, faults: Vec<Fault> },
    #[error("the rows could not be written")]
    Records(#[source] RecordError),
}

impl SqliteRecords {
    /// Writes all rows in their order, or none.
    ///
    /// # Errors
    /// [`LoadError`] with the first row that does not fit the catalogue, or what the database said.
    pub fn load(&self, resource: &Arc<Resource>, tenant: Tenant, rows: &[LoadRow]) -> Result<(), LoadError> {
        let target = Target { resource: Arc::clone(resource), version: ApiVersion::V2, tenant };
        let mut records = Vec::with_capacity(rows.len());
        for (row, loaded) in rows.iter().enumerate() {
            let values = read_members(resource, ApiVersion::V2, &loaded.members, Purpose::Load).map_err(|faults| {
                LoadError::Invalid { resource: resource.name.to_string(), row, faults: faults.into_vec() }
            })?;
            records.push(NewRecord { id: loaded.id, now: loaded.created_at, values, retry: None });
        }
        let written = self.connections.write(|transaction| {
            records.iter().try_for_each(|record| write::create(transaction, &target, record).map(|_written| ()))
        });
        written.map_err(LoadError::Records)
    }

    /// Whether a branch has no row of a resource.
    ///
    /// # Errors
    /// [`RecordError`] when the database cannot be asked.
    pub fn is_empty(&self, resource: &Resource, tenant: Tenant) -> Result<bool, RecordError> {
        let key = (tenant.organization_id().to_string(), tenant.branch_id().to_string(), resource.table.as_str());
        self.connections.read(|connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT 1 FROM record_counts
                     WHERE organization_id = ?1 AND branch_id = ?2 AND resource = ?3 AND total > 0",
                )
                .map_err(super::connections::broken_or_unavailable)?;
            statement.exists((&key.0, &key.1, key.2)).map(|any| !any).map_err(super::connections::broken_or_unavailable)
        })
    }
}
