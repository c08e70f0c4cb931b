//! Organizations and who belongs to them.

mod projector;
mod query;
mod row;
#[cfg(test)]
mod tests;

use uuid::Uuid;

pub use projector::Members;
pub use query::{membership, membership_at, of_organization, of_user, organization, organizations};
pub use row::{MemberRow, OrganizationRow};

use crate::table::{ColumnValue, Value};

fn member_key(organization_id: Uuid, user_id: Uuid) -> [Value; 2] {
    [organization_id.into_value(), user_id.into_value()]
}
