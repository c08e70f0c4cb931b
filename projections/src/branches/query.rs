//! What is asked of `branches`.

use uuid::Uuid;

use super::BranchRow;
use crate::read_db::{ReadDb, ReadError};
use crate::table::ColumnValue;

/// The open branch of an organization with this public id.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn open_by_public_id(
    db: &ReadDb,
    organization_id: Uuid,
    public_id: &str,
) -> Result<Option<BranchRow>, ReadError> {
    db.select_one(
        "WHERE public_id = $1 AND organization_id = $2 AND closed_at IS NULL",
        vec![public_id.to_owned().into_value(), organization_id.into_value()],
    )
    .await
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
