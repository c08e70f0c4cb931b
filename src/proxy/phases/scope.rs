//! Whether the token lets the app do this (RFC 6750, 3.1).

use crate::access::AppPrincipal;
use crate::proxy::error::ProxyError;

use super::method::Operation;
use super::path::Path;

pub(super) fn require(principal: &AppPrincipal, path: &Path<'_>, operation: Operation) -> Result<(), ProxyError> {
    let scope = path.resource.scope(operation.action());
    if principal.scopes.contains(scope) {
        return Ok(());
    }
    Err(ProxyError::InsufficientScope { scope: scope.clone() })
}
