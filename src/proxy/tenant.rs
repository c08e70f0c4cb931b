//! Whose rows a statement may touch.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;

use crate::access::AppPrincipal;

/// One branch of one organization. A record source binds both in every statement.
///
/// For a request only the pipeline makes one, from the verified principal and the branch that was resolved in the
/// principal's organization; nothing in it is taken from path, query or body.
#[derive(Clone, Debug)]
pub struct Tenant {
    organization_id: Uuid,
    branch_id: Uuid,
    /// Nobody, when rows are loaded.
    caller: Option<Arc<AppPrincipal>>,
}

impl Tenant {
    pub(in crate::proxy) fn of_request(principal: &Arc<AppPrincipal>, branch_id: Uuid) -> Self {
        Self { organization_id: principal.organization_id, branch_id, caller: Some(Arc::clone(principal)) }
    }

    /// For loading rows without a request, by the operator's own hand.
    pub fn for_loading(organization_id: Uuid, branch_id: Uuid) -> Self {
        Self { organization_id, branch_id, caller: None }
    }

    pub fn organization_id(&self) -> Uuid {
        self.organization_id
    }

    pub fn branch_id(&self) -> Uuid {
        self.branch_id
    }

    /// The claims of the caller's token as JSON, for a database that judges rows by them; without a caller they name the
    /// organization alone.
    pub fn claims(&self) -> String {
        match &self.caller {
            Some(principal) => principal.claims(),
            None => json!({ "organization_id": self.organization_id }).to_string(),
        }
    }
}
