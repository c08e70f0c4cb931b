//! What a verified token proves about its caller.

use routix_domain::value::{BranchRestriction, ScopeSet};
use uuid::Uuid;

/// The caller of the API proxy: an app, for itself or for a user.
///
/// Organization, scopes and branches come from the verified token and the live read models; nothing in it was taken from
/// the request's path, query or body.
#[derive(Clone, Debug)]
pub struct AppPrincipal {
    pub app_id: Uuid,
    pub client_id: Uuid,
    pub organization_id: Uuid,
    /// The user behind the token, when it came from an authorization code.
    pub user_id: Option<Uuid>,
    /// The token's scopes that the app still holds.
    pub scopes: ScopeSet,
    /// What the app may touch today; for a user's token, only as far as the user may touch it too.
    pub branches: BranchRestriction,
}

/// The caller of the management doors: a person who signed in, in a session that is still open.
#[derive(Clone, Debug)]
pub struct UserPrincipal {
    pub user_id: Uuid,
    pub session_id: Uuid,
}
