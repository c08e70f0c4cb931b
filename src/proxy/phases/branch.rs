//! From a public id to the tenant whose rows may be touched.

use std::sync::Arc;

use crate::access::AppPrincipal;
use crate::http::Failure;
use crate::proxy::error::ProxyError;
use crate::proxy::gate::Gate;
use crate::proxy::tenant::Tenant;

/// Another organization's branch is as unknown as one that never was.
pub(super) async fn resolve(
    gate: &dyn Gate,
    principal: &Arc<AppPrincipal>,
    public_id: &str,
) -> Result<Tenant, Failure> {
    let formed = public_id.len() == 8 && public_id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !formed {
        return Err(ProxyError::BranchNotFound.into());
    }
    let branch = gate.branch(principal.organization_id, public_id).await?.ok_or(ProxyError::BranchNotFound)?;
    if !principal.branches.allows(branch) {
        return Err(ProxyError::BranchAccessDenied.into());
    }
    Ok(Tenant::of_request(principal, branch))
}
