//! Where each projection stands.

use std::collections::HashMap;

use super::generation;
use super::{Generation, ReadDb, ReadError};
use crate::projection::Projection;
use crate::values;

/// One projection and its live tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectionStatus {
    pub name: &'static str,
    pub live: Option<Generation>,
}

impl ReadDb {
    /// The live generation of each projection, all of one moment.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer.
    pub async fn status(&self, projections: &[&'static dyn Projection]) -> Result<Vec<ProjectionStatus>, ReadError> {
        let rows = self.database.select(&generation::select_all_live(), &[]).await?;
        let live = rows.iter().map(generation::read_named).collect::<Result<HashMap<_, _>, _>>()?;
        let status = |projection: &&'static dyn Projection| {
            let name = projection.name();
            ProjectionStatus { name, live: live.get(name).cloned() }
        };
        Ok(projections.iter().map(status).collect())
    }

    /// The generations in the making, of all projections: by whom, nobody notes. One that nobody fills any more is there
    /// until the next rebuild or verification.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer.
    pub async fn builds(&self) -> Result<Vec<(String, Generation)>, ReadError> {
        let rows = self.database.select(&generation::select_all_builds(), &[]).await?;
        Ok(rows.iter().map(generation::read_named).collect::<Result<_, _>>()?)
    }

    /// The live tables of one projection.
    pub(crate) async fn live(&self, projection: &dyn Projection) -> Result<Option<Generation>, ReadError> {
        let row = self.database.select_one(&generation::select_live(), &values![projection.name().to_owned()]).await?;
        Ok(row.as_ref().map(generation::read).transpose()?)
    }

    /// How far the live tables of one projection have come.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer.
    pub async fn position(&self, projection: &dyn Projection) -> Result<u64, ReadError> {
        Ok(self.live(projection).await?.map_or(0, |generation| generation.position))
    }
}
