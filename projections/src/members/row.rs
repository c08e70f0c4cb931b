//! The rows of `members` and `organizations`.

use chrono::{DateTime, Utc};
use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use uuid::Uuid;

use crate::table::Json;
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
