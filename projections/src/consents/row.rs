//! The rows of `consents` and `ended_authorizations`.

use chrono::{DateTime, Utc};
use routix_domain::authorization::EndReason;
use routix_domain::value::ScopeSet;
use uuid::Uuid;

use crate::table::Json;
use crate::table_row;

table_row! {
    /// What a user lets one app do in one organization.
    pub struct ConsentRow in "consents" {
        key { consent_id: Uuid }
        columns {
            user_id: Uuid,
            app_id: Uuid,
            organization_id: Uuid,
            scopes: Json<ScopeSet>,
            /// When the consent that is in force, or was in force last, began.
            granted_at: DateTime<Utc>,
            /// When its scopes last grew.
            updated_at: DateTime<Utc>,
            withdrawn_at: Option<DateTime<Utc>>,
            /// How often it was withdrawn. What was granted before a withdrawal stays ended.
            withdrawals: u64,
        }
        indexes [["user_id"], ["organization_id"], ["app_id"]]
    }
}

table_row! {
    /// An authorization that ended before its time: no token of it is accepted any more.
    pub struct EndedAuthorizationRow in "ended_authorizations" {
        key { authorization_id: Uuid }
        columns { reason: Json<EndReason>, ended_at: DateTime<Utc> }
        indexes []
    }
}

impl ConsentRow {
    pub fn is_in_force(&self) -> bool {
        self.withdrawn_at.is_none()
    }
}
