//! What is asked of `members` and `organizations`.

use std::sync::Arc;

use uuid::Uuid;

use super::{MemberRow, Members, OrganizationRow, member_key};
use crate::projection::Projection as _;
use crate::read_db::{Moment, ReadDb, ReadError};
use crate::table::ColumnValue;

/// The user's membership in one organization.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn membership(db: &ReadDb, organization_id: Uuid, user_id: Uuid) -> Result<Option<MemberRow>, ReadError> {
    db.select_one("WHERE organization_id = $1 AND user_id = $2", member_key(organization_id, user_id).to_vec()).await
}

/// As [`membership`], at a moment.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn membership_at(
    db: &ReadDb,
    moment: &Moment,
    organization_id: Uuid,
    user_id: Uuid,
) -> Result<Option<Arc<MemberRow>>, ReadError> {
    let question = ("WHERE organization_id = $1 AND user_id = $2", member_key(organization_id, user_id).to_vec());
    let found = db.kept((moment, Members.name()), question, first).await?;
    Ok((*found).clone())
}

fn first(rows: Vec<MemberRow>) -> Option<Arc<MemberRow>> {
    rows.into_iter().next().map(Arc::new)
}

/// Every membership of a user, oldest first.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn of_user(db: &ReadDb, user_id: Uuid) -> Result<Vec<MemberRow>, ReadError> {
    db.select("WHERE user_id = $1 ORDER BY added_at, organization_id", vec![user_id.into_value()]).await
}

/// Every member of an organization, oldest first.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn of_organization(db: &ReadDb, organization_id: Uuid) -> Result<Vec<MemberRow>, ReadError> {
    db.select("WHERE organization_id = $1 ORDER BY added_at, user_id", vec![organization_id.into_value()]).await
}

/// One organization.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn organization(db: &ReadDb, organization_id: Uuid) -> Result<Option<OrganizationRow>, ReadError> {
    db.select_one("WHERE organization_id = $1", vec![organization_id.into_value()]).await
}

/// Every organization, oldest first.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn organizations(db: &ReadDb) -> Result<Vec<OrganizationRow>, ReadError> {
    db.select("ORDER BY created_at, organization_id", Vec::new()).await
}
