//! The rows of `app_history` and `app_history_consents`.

use chrono::{DateTime, Utc};
use serde_json::Value as JsonValue;
use uuid::Uuid;

use crate::table::Json;
use crate::table_row;

table_row! {
    /// One event of an app, or of a consent to it.
    pub struct HistoryRow in "app_history" {
        key { app_id: Uuid, position: u64 }
        columns {
            /// The place in the stream of the app, or in that of the consent.
            sequence: u64,
            event_id: Uuid,
            event_type: String,
            event_version: String,
            recorded_at: DateTime<Utc>,
            actor_kind: String,
            actor_id: Option<String>,
            authenticated_by: String,
            request_id: Option<String>,
            context_commitment: Option<String>,
            /// The payload without its type and without the digest of a secret; with an event of a consent, whose it is.
            data: Json<JsonValue>,
        }
        indexes []
    }
}

table_row! {
    /// Whose a consent is: the event that withdraws one names neither the app nor the user.
    pub struct ConsentPartiesRow in "app_history_consents" {
        key { consent_id: Uuid }
        columns { app_id: Uuid, user_id: Uuid, organization_id: Uuid }
        indexes []
    }
}
