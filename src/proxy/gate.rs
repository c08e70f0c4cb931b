//! What the proxy needs to know from the rest of the house, and nothing more.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::HeaderMap;
pub use routix_projections::branches::OpenBranches;

use crate::access::AppPrincipal;
use crate::http::Failure;
use crate::http::origin::RequestOrigin;

/// Who calls, which branches there are, and whether there is room for one more request.
#[async_trait]
pub trait Gate: Send + Sync {
    /// The app behind the bearer token. Its `branches` are those that app and user may both touch. Beside it the open
    /// branches of its organization at that moment.
    ///
    /// # Errors
    /// `401 invalid_token` for anything but a live token, `403 invalid_token_type` for a user token.
    async fn authenticate(&self, headers: &HeaderMap) -> Result<(AppPrincipal, Arc<OpenBranches>), Failure>;

    /// Counts the request against the app's limit and gives the headers to put on its answer.
    ///
    /// # Errors
    /// `429 rate_limited` over the limit.
    async fn admit(&self, principal: &AppPrincipal, origin: &RequestOrigin) -> Result<HeaderMap, Failure>;

    /// A text of these bytes that nobody else can make, of letters that need no escape in a query. It hides nothing.
    fn seal(&self, bytes: &[u8]) -> String;

    /// The bytes of such a text; `None` for any other.
    fn unseal(&self, text: &str) -> Option<Vec<u8>>;
}
