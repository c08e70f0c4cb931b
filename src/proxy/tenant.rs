//! Whose rows a statement may touch.

use uuid::Uuid;

use crate::access::AppPrincipal;

/// One branch of one organization. A record source binds both in every statement.
///
/// For a request only the pipeline makes one, from the verified principal and the branch that was resolved in the
/// principal's organization; nothing in it is taken from path, query or body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenant {
    organization_id: Uuid,
    branch_id: Uuid,
}

impl Tenant {
    pub(in crate::proxy) fn of_request(principal: &AppPrincipal, branch_id: Uuid) -> Self {
        Self { organization_id: principal.organization_id, branch_id }
    }

    /// For loading rows without a request, by the operator's own hand.
    pub fn for_loading(organization_id: Uuid, branch_id: Uuid) -> Self {
        Self { organization_id, branch_id }
    }

    pub fn organization_id(&self) -> Uuid {
        self.organization_id
    }

    pub fn branch_id(&self) -> Uuid {
        self.branch_id
    }
}
