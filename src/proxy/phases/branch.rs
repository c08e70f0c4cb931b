//! From a public id to the tenant whose rows may be touched.

use std::sync::Arc;

use routix_projections::branches::OpenBranches;

use crate::access::AppPrincipal;
use crate::proxy::error::ProxyError;
use crate::proxy::tenant::Tenant;

/// Another organization's branch is as unknown as one that never was.
pub(super) fn resolve(
    open: &OpenBranches,
    principal: &Arc<AppPrincipal>,
    public_id: &str,
) -> Result<Tenant, ProxyError> {
    let branch = open.by_public_id(public_id).ok_or(ProxyError::BranchNotFound)?;
    if !principal.branches.allows(branch) {
        return Err(ProxyError::BranchAccessDenied);
    }
    Ok(Tenant::of_request(principal, branch))
}
