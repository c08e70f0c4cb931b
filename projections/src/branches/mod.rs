//! Branches by public id, for the proxy, and by organization, for people.

use chrono::{DateTime, Utc};
use routix_domain::log::{Fact, RecordedEvent};
use routix_domain::organization::OrganizationEvent;
use uuid::Uuid;

use crate::projection::Projection;
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::{ColumnValue, Table, TableRow};
use crate::table_row;

mod query;
#[cfg(test)]
mod tests;

pub use self::query::{OpenBranches, by_id, of_organization, open_of};

table_row! {
    /// One branch. A closed one stays, so that its ids are never given out again and history can name it.
    pub struct BranchRow in "branches" {
        key { branch_id: Uuid }
        columns {
            organization_id: Uuid,
            public_id: String,
            name: String,
            opened_at: DateTime<Utc>,
            closed_at: Option<DateTime<Utc>>,
        }
        indexes [["public_id"], ["organization_id"]]
    }
}

/// Reads organizations and writes `branches`.
pub struct Branches;

impl Projection for Branches {
    fn name(&self) -> &'static str {
        "branches"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[BranchRow::TABLE]
    }

    fn reads(&self) -> &'static [&'static str] {
        &["organization"]
    }

    fn keys(&self, fact: &Fact) -> Vec<RowKey> {
        branch_of(fact).map(|id| RowKey::of::<BranchRow>([id.into_value()])).into_iter().collect()
    }

    fn apply(&self, event: &RecordedEvent, fact: &Fact, rows: &mut Rows) -> Result<(), ApplyError> {
        let Fact::Organization { organization_id, event: fact } = fact else { return Ok(()) };
        match fact {
            OrganizationEvent::BranchOpened { branch_id, public_id, name } => {
                rows.put(BranchRow {
                    branch_id: *branch_id,
                    organization_id: *organization_id,
                    public_id: public_id.to_string(),
                    name: name.clone(),
                    opened_at: event.recorded_at,
                    closed_at: None,
                });
                Ok(())
            }
            OrganizationEvent::BranchRenamed { branch_id, name } => {
                rows.change::<BranchRow>([branch_id.into_value()], |row| row.name.clone_from(name))
            }
            OrganizationEvent::BranchClosed { branch_id } => {
                rows.change::<BranchRow>([branch_id.into_value()], |row| row.closed_at = Some(event.recorded_at))
            }
            OrganizationEvent::Created { .. }
            | OrganizationEvent::MemberAdded { .. }
            | OrganizationEvent::MemberChanged { .. }
            | OrganizationEvent::MemberRemoved { .. } => Ok(()),
        }
    }
}

fn branch_of(fact: &Fact) -> Option<Uuid> {
    let Fact::Organization { event, .. } = fact else { return None };
    match event {
        OrganizationEvent::BranchOpened { branch_id, .. }
        | OrganizationEvent::BranchRenamed { branch_id, .. }
        | OrganizationEvent::BranchClosed { branch_id } => Some(*branch_id),
        OrganizationEvent::Created { .. }
        | OrganizationEvent::MemberAdded { .. }
        | OrganizationEvent::MemberChanged { .. }
        | OrganizationEvent::MemberRemoved { .. } => None,
    }
}
