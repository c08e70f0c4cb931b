//! The grants, one file each.

pub(super) mod client_credentials;

use routix_domain::value::ScopeSet;
use uuid::Uuid;

use crate::access::IssuedToken;

/// What a grant gave, before a door puts it into words.
pub(super) struct Granted {
    pub(super) token: IssuedToken,
    pub(super) scopes: ScopeSet,
    pub(super) organization_id: Uuid,
    /// The branches that can be used now.
    pub(super) branch_ids: Vec<Uuid>,
}
