//! The rows of `token_validation` and `revoked_tokens`.

use chrono::{DateTime, Utc};
use routix_domain::app::{ClientType, RefreshAuthentication, Status};
use routix_domain::value::{BranchRestriction, RedirectUri, ScopeSet, Secrets, TokenLifetime};
use uuid::Uuid;

use crate::table::Json;
use crate::table_row;

table_row! {
    /// One app, as the token endpoint sees it.
    pub struct ValidationRow in "token_validation" {
        key { app_id: Uuid }
        columns {
            client_id: Uuid,
            organization_id: Uuid,
            name: String,
            client_type: Json<ClientType>,
            redirect_uris: Json<Vec<RedirectUri>>,
            status: Json<Status>,
            allowed_scopes: Json<ScopeSet>,
            allowed_branches: Json<BranchRestriction>,
            token_lifetime: Json<TokenLifetime>,
            refresh_authentication: Json<RefreshAuthentication>,
            secrets: Json<Secrets>,
            /// Tokens of an earlier epoch are cut off.
            token_epoch: u64,
            /// Whether it ever gave a token back; while it did not, nobody has to look for one.
            has_revoked_tokens: Json<bool>,
        }
        indexes [["client_id"]]
    }
}

table_row! {
    /// An access token that its app gave back.
    pub struct RevokedTokenRow in "revoked_tokens" {
        key { token_id: Uuid }
        columns { app_id: Uuid, revoked_at: DateTime<Utc> }
        indexes []
    }
}
