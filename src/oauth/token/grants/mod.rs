//! The grants, one file each.

pub(super) mod authorization_code;
pub(super) mod client_credentials;
mod family;
pub(super) mod refresh_token;

use routix_domain::value::{BranchRestriction, ScopeSet};
use routix_projections::{Moment, branches};
use uuid::Uuid;

use crate::access::IssuedToken;
use crate::oauth::error::OAuthError;
use crate::oauth::server::OAuthServer;

/// What a grant gave, before a door puts it into words.
pub(super) struct Granted {
    pub(super) token: IssuedToken,
    pub(super) scopes: ScopeSet,
    pub(super) organization_id: Uuid,
    /// The branches that can be used now.
    pub(super) branch_ids: Vec<Uuid>,
    /// Goes on where the user is gone; client credentials have none (RFC 6749, 4.4.3).
    pub(super) refresh_token: Option<String>,
}

/// The organization's open branches that a restriction allows.
async fn usable_branches(
    server: &OAuthServer,
    moment: &Moment,
    (organization_id, restriction): (Uuid, &BranchRestriction),
) -> Result<Vec<Uuid>, OAuthError> {
    let open = branches::open_of(&server.access.read, moment, organization_id).await?;
    Ok(open.ids.iter().copied().filter(|id| restriction.allows(*id)).collect())
}
