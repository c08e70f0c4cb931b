//! Organizations and who belongs to them.

use chrono::{DateTime, Utc};
use routix_domain::log::{Fact, RecordedEvent};
use routix_domain::organization::{OrganizationEvent, Role};
use routix_domain::value::BranchRestriction;
use uuid::Uuid;

use crate::projection::Projection;
use crate::read_db::{ReadDb, ReadError};
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::{ColumnValue, Json, Table, TableRow};
use crate::table_row;

table_row! {
    /// A user in an organization.
    pub struct MemberRow in "members" {
        key { organization_id: Uuid, user_id: Uuid }
        columns {
            role: Json<Role>,
            branches: Json<BranchRestriction>,
            added_at: DateTime<Utc>,
        }
        indexes [["user_id"]]
    }
}

table_row! {
    /// An organization.
    pub struct OrganizationRow in "organizations" {
        key { organization_id: Uuid }
        columns { name: String, created_at: DateTime<Utc> }
        indexes []
    }
}

/// Reads organizations and writes `members` and `organizations`.
pub struct Members;

impl Projection for Members {
    fn name(&self) -> &'static str {
        "members"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[MemberRow::TABLE, OrganizationRow::TABLE]
    }

    fn keys(&self, fact: &Fact) -> Vec<RowKey> {
        let Fact::Organization { organization_id, event } = fact else { return Vec::new() };
        match event {
            OrganizationEvent::MemberAdded { user_id, .. }
            | OrganizationEvent::MemberChanged { user_id, .. }
            | OrganizationEvent::MemberRemoved { user_id } => {
                vec![RowKey::of::<MemberRow>(member_key(*organization_id, *user_id))]
            }
            OrganizationEvent::Created { .. }
            | OrganizationEvent::BranchOpened { .. }
            | OrganizationEvent::BranchRenamed { .. }
            | OrganizationEvent::BranchClosed { .. } => Vec::new(),
        }
    }

    fn apply(&self, event: &RecordedEvent, fact: &Fact, rows: &mut Rows) -> Result<(), ApplyError> {
        let Fact::Organization { organization_id, event: fact } = fact else { return Ok(()) };
        let organization_id = *organization_id;
        match fact.clone() {
            OrganizationEvent::Created { name } => {
                rows.put(OrganizationRow { organization_id, name, created_at: event.recorded_at });
            }
            OrganizationEvent::MemberAdded { user_id, role, branches } => {
                let added_at = event.recorded_at;
                rows.put(MemberRow { organization_id, user_id, role: Json(role), branches: Json(branches), added_at });
            }
            OrganizationEvent::MemberChanged { user_id, role, branches } => {
                rows.change::<MemberRow>(member_key(organization_id, user_id), |row| {
                    (row.role, row.branches) = (Json(role), Json(branches));
                })?;
            }
            OrganizationEvent::MemberRemoved { user_id } => {
                rows.remove::<MemberRow>(member_key(organization_id, user_id));
            }
            OrganizationEvent::BranchOpened { .. }
            | OrganizationEvent::BranchRenamed { .. }
            | OrganizationEvent::BranchClosed { .. } => {}
        }
        Ok(())
    }
}

fn member_key(organization_id: Uuid, user_id: Uuid) -> [crate::table::Value; 2] {
    [organization_id.into_value(), user_id.into_value()]
}

/// The user's membership in one organization.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn membership(db: &ReadDb, organization_id: Uuid, user_id: Uuid) -> Result<Option<MemberRow>, ReadError> {
    db.select_one("WHERE organization_id = $1 AND user_id = $2", member_key(organization_id, user_id).to_vec()).await
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
