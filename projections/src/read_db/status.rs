//! Where each projection stands.

use super::generation;
use super::{Generation, ReadDb, ReadError};
use crate::projection::Projection;

/// One projection and its live tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectionStatus {
    pub name: &'static str,
    pub live: Option<Generation>,
}

impl ReadDb {
    /// The live generation of each projection.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer.
    pub async fn status(&self, projections: &[&'static dyn Projection]) -> Result<Vec<ProjectionStatus>, ReadError> {
        self.readers.with(|connection| {
            projections
                .iter()
                .map(|projection| {
                    let name = projection.name();
                    Ok(ProjectionStatus { name, live: generation::live(connection, name)? })
                })
                .collect()
        })
    }

    /// The live tables of one projection.
    pub(crate) async fn live(&self, projection: &dyn Projection) -> Result<Option<Generation>, ReadError> {
        self.readers.with(|connection| generation::live(connection, projection.name()))
    }

    /// How far the live tables of one projection have come.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer.
    pub async fn position(&self, projection: &dyn Projection) -> Result<u64, ReadError> {
        Ok(self.live(projection).await?.map_or(0, |generation| generation.position))
    }
}
