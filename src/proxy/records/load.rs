//! Loading many rows at once, for the demo: the same checks as a request, one transaction for all.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use routix_domain::value::Fault;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::proxy::catalogue::{ApiVersion, Purpose, Resource, read_members};
use crate::proxy::tenant::Tenant;

use super::{NewRecord, RecordError, RecordSource, Target};

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

/// Writes all rows in their order, or none.
///
/// # Errors
/// [`LoadError`] with the first row that does not fit the catalogue, or what the database said.
pub async fn load_rows(
    records: &dyn RecordSource,
    resource: &Arc<Resource>,
    tenant: &Tenant,
    rows: &[LoadRow],
) -> Result<(), LoadError> {
    let target = Target { resource: Arc::clone(resource), version: ApiVersion::V2, tenant: tenant.clone() };
    let mut loaded = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let values = read_members(resource, ApiVersion::V2, &row.members, Purpose::Load).map_err(|faults| {
            LoadError::Invalid { resource: resource.name.to_string(), row: place, faults: faults.into_vec() }
        })?;
        loaded.push(NewRecord { id: row.id, now: row.created_at, values, retry: None });
    }
    records.load(&target, loaded).await.map_err(LoadError::Records)
}
