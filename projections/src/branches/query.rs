//! What is asked of `branches`.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::{BranchRow, Branches};
use crate::projection::Projection as _;
use crate::read_db::{Moment, ReadDb, ReadError};
use crate::table::ColumnValue;

/// The open branches of one organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenBranches {
    /// Oldest first.
    pub ids: Vec<Uuid>,
    by_public_id: HashMap<String, Uuid>,
}

impl OpenBranches {
    /// The branch with this public id.
    pub fn by_public_id(&self, public_id: &str) -> Option<Uuid> {
        self.by_public_id.get(public_id).copied()
    }
}

impl FromIterator<(String, Uuid)> for OpenBranches {
    fn from_iter<I: IntoIterator<Item = (String, Uuid)>>(branches: I) -> Self {
        let by_age: Vec<(String, Uuid)> = branches.into_iter().collect();
        Self { ids: by_age.iter().map(|(_, id)| *id).collect(), by_public_id: by_age.into_iter().collect() }
    }
}

/// The open branches of an organization.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn open_of(db: &ReadDb, moment: &Moment, organization_id: Uuid) -> Result<Arc<OpenBranches>, ReadError> {
    let question = (
        "WHERE organization_id = $1 AND closed_at IS NULL ORDER BY opened_at, branch_id",
        vec![organization_id.into_value()],
    );
    let open = |rows: Vec<BranchRow>| rows.into_iter().map(|row| (row.public_id, row.branch_id)).collect();
    db.kept((moment, Branches.name()), question, open).await
}

/// One branch, open or closed.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn by_id(db: &ReadDb, branch_id: Uuid) -> Result<Option<BranchRow>, ReadError> {
    db.select_one("WHERE branch_id = $1", vec![branch_id.into_value()]).await
}

/// All branches of an organization, closed ones too, oldest first.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn of_organization(db: &ReadDb, organization_id: Uuid) -> Result<Vec<BranchRow>, ReadError> {
    db.select("WHERE organization_id = $1 ORDER BY opened_at, branch_id", vec![organization_id.into_value()]).await
}
