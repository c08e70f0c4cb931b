//! What the proxy needs to know from the rest of the house, and nothing more.

use async_trait::async_trait;
use axum::http::HeaderMap;
use uuid::Uuid;

use crate::access::AppPrincipal;
use crate::http::Failure;
use crate::http::origin::RequestOrigin;

/// Who calls, where a branch is, and whether there is room for one more request.
#[async_trait]
pub trait Gate: Send + Sync {
    /// The app behind the bearer token. Its `branches` are those that app and user may both touch.
    ///
    /// # Errors
    /// `401 invalid_token` for anything but a live token, `403 invalid_token_type` for a user token.
    async fn authenticate(&self, headers: &HeaderMap) -> Result<AppPrincipal, Failure>;

    /// The branch with this public id in this organization; `None` when there is none.
    ///
    /// # Errors
    /// Only that it could not be found out.
    async fn branch(&self, organization_id: Uuid, public_id: &str) -> Result<Option<Uuid>, Failure>;

    /// Counts the request against the app's limit and gives the headers to put on its answer.
    ///
    /// # Errors
    /// `429 rate_limited` over the limit.
    async fn admit(&self, principal: &AppPrincipal, origin: &RequestOrigin) -> Result<HeaderMap, Failure>;
}
