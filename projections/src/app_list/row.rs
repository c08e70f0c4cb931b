//! The rows of `app_list`.

use chrono::{DateTime, Utc};
use routix_domain::app::{ClientType, RefreshAuthentication, Status};
use routix_domain::value::{BranchRestriction, RedirectUri, ScopeSet, Secrets, TokenLifetime};
use uuid::Uuid;

use crate::table::Json;
use crate::table_row;

table_row! {
    /// One app with everything that was registered.
    pub struct AppRow in "app_list" {
        key { app_id: Uuid }
        columns {
            organization_id: Uuid,
            client_id: Uuid,
            client_type: Json<ClientType>,
            name: String,
            description: Option<String>,
            homepage_url: Option<String>,
            redirect_uris: Json<Vec<RedirectUri>>,
            allowed_scopes: Json<ScopeSet>,
            allowed_branches: Json<BranchRestriction>,
            token_lifetime: Json<TokenLifetime>,
            refresh_authentication: Json<RefreshAuthentication>,
            status: Json<Status>,
            /// With the digests: whoever shows a row shows their last four characters only.
            secrets: Json<Secrets>,
            /// The user who registered it, when it was one.
            created_by: Option<Uuid>,
            created_at: DateTime<Utc>,
            updated_at: DateTime<Utc>,
            /// The app's last event; grows with every change.
            sequence: u64,
        }
        indexes [["organization_id", "created_at"], ["client_id"]]
    }
}
