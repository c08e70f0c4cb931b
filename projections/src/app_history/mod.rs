//! An app's history, event by event, for those who audit it.

use chrono::{DateTime, Utc};
use routix_domain::log::{Fact, RecordedEvent, UnreadableEvent};
use serde_json::Value as JsonValue;
use uuid::Uuid;

use crate::projection::Projection;
use crate::read_db::{ReadDb, ReadError};
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::{ColumnValue, Json, Table, TableRow};
use crate::table_row;

#[cfg(test)]
mod tests;

table_row! {
    /// One event of an app.
    pub struct HistoryRow in "app_history" {
        key { app_id: Uuid, sequence: u64 }
        columns {
            position: u64,
            event_id: Uuid,
            event_type: String,
            event_version: String,
            recorded_at: DateTime<Utc>,
            actor_kind: String,
            actor_id: Option<String>,
            authenticated_by: String,
            request_id: Option<String>,
            context_commitment: Option<String>,
            /// The payload without its type and without the digest of a secret.
            data: Json<JsonValue>,
        }
        indexes []
    }
}

/// Reads apps and writes `app_history`.
pub struct AppHistory;

impl Projection for AppHistory {
    fn name(&self) -> &'static str {
        "app_history"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[HistoryRow::TABLE]
    }

    fn reads(&self) -> &'static [&'static str] {
        &["app"]
    }

    /// Rows are only added, so none has to be loaded.
    fn keys(&self, _fact: &Fact) -> Vec<RowKey> {
        Vec::new()
    }

    fn apply(&self, event: &RecordedEvent, fact: &Fact, rows: &mut Rows) -> Result<(), ApplyError> {
        let Fact::App { app_id, .. } = fact else { return Ok(()) };
        let metadata = event.metadata()?;
        let mut data: JsonValue = serde_json::from_str(&event.payload).map_err(UnreadableEvent::Payload)?;
        if let Some(members) = data.as_object_mut() {
            members.remove("type");
            // Which secret it was shows in its last four characters; the digest is for the token endpoint alone.
            if let Some(secret) = members.get_mut("secret").and_then(JsonValue::as_object_mut) {
                secret.remove("sha256");
            }
            members.remove("request_fingerprint");
        }
        rows.put(HistoryRow {
            app_id: *app_id,
            sequence: event.sequence,
            position: event.position,
            event_id: event.event_id,
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            recorded_at: event.recorded_at,
            actor_kind: metadata.actor.kind().to_owned(),
            actor_id: metadata.actor.id(),
            authenticated_by: metadata.authenticated_by,
            request_id: metadata.request_id,
            context_commitment: metadata.context_commitment,
            data: Json(data),
        });
        Ok(())
    }
}

/// Up to `limit` events of an app behind the position `after`, oldest first.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn of_app(db: &ReadDb, app_id: Uuid, after: u64, limit: u64) -> Result<Vec<HistoryRow>, ReadError> {
    db.select(
        "WHERE app_id = $1 AND position > $2 ORDER BY sequence LIMIT $3",
        vec![app_id.into_value(), after.into_value(), limit.into_value()],
    )
    .await
}
