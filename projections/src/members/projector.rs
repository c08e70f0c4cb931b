//! From an organization's events to its row and those of its members.

use routix_domain::log::{Fact, RecordedEvent};
use routix_domain::organization::OrganizationEvent;

use super::{MemberRow, OrganizationRow, member_key};
use crate::projection::Projection;
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::{Json, Table, TableRow};

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

    fn reads(&self) -> &'static [&'static str] {
        &["organization"]
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
