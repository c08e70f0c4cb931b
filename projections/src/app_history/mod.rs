//! An app's history, event by event, for those who audit it: what happened to the app, and to the consents to it.

use chrono::{DateTime, Utc};
use routix_domain::consent::ConsentEvent;
use routix_domain::log::{Fact, RecordedEvent, UnreadableEvent};
use serde_json::{Value as JsonValue, json};
use uuid::Uuid;

use crate::projection::Projection;
use crate::read_db::{ReadDb, ReadError};
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::{ColumnValue, Json, Table, TableRow};
use crate::table_row;

#[cfg(test)]
mod tests;

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

/// Reads apps and consents and writes `app_history` and `app_history_consents`.
pub struct AppHistory;

impl Projection for AppHistory {
    fn name(&self) -> &'static str {
        "app_history"
    }

    fn version(&self) -> u32 {
        2
    }

    fn tables(&self) -> &'static [Table] {
        &[HistoryRow::TABLE, ConsentPartiesRow::TABLE]
    }

    fn reads(&self) -> &'static [&'static str] {
        &["app", "consent"]
    }

    /// Rows of the history are only added, so none has to be loaded.
    fn keys(&self, fact: &Fact) -> Vec<RowKey> {
        match fact {
            Fact::Consent { consent_id, .. } => vec![RowKey::of::<ConsentPartiesRow>([consent_id.into_value()])],
            Fact::App { .. }
            | Fact::Authorization { .. }
            | Fact::Organization { .. }
            | Fact::Reservation { .. }
            | Fact::SigningKey { .. } => Vec::new(),
        }
    }

    fn apply(&self, event: &RecordedEvent, fact: &Fact, rows: &mut Rows) -> Result<(), ApplyError> {
        match fact {
            Fact::App { app_id, .. } => {
                rows.put(row(*app_id, event, app_data(event)?)?);
                Ok(())
            }
            Fact::Consent { consent_id, event: ConsentEvent::Granted { user_id, app_id, organization_id, scopes } } => {
                let (consent_id, app_id, user_id, organization_id) = (*consent_id, *app_id, *user_id, *organization_id);
                let parties = ConsentPartiesRow { consent_id, app_id, user_id, organization_id };
                let mut data = whose(&parties);
                data["scopes"] = json!(scopes);
                rows.put(row(app_id, event, data)?);
                rows.put(parties);
                Ok(())
            }
            Fact::Consent { consent_id, event: ConsentEvent::Withdrawn { withdrawals } } => {
                let parties = rows.get::<ConsentPartiesRow>([consent_id.into_value()])?;
                let parties = parties.ok_or(ApplyError::MissingRow(ConsentPartiesRow::TABLE.name))?;
                let mut data = whose(&parties);
                data["withdrawals"] = json!(withdrawals);
                rows.put(row(parties.app_id, event, data)?);
                Ok(())
            }
            Fact::Authorization { .. }
            | Fact::Organization { .. }
            | Fact::Reservation { .. }
            | Fact::SigningKey { .. } => Ok(()),
        }
    }
}

/// The payload, less what is for the token endpoint alone.
fn app_data(event: &RecordedEvent) -> Result<JsonValue, ApplyError> {
    let mut data: JsonValue = serde_json::from_str(&event.payload).map_err(UnreadableEvent::Payload)?;
    if let Some(members) = data.as_object_mut() {
        members.remove("type");
        // Which secret it was shows in its last four characters.
        if let Some(secret) = members.get_mut("secret").and_then(JsonValue::as_object_mut) {
            secret.remove("sha256");
        }
        members.remove("request_fingerprint");
    }
    Ok(data)
}

fn whose(parties: &ConsentPartiesRow) -> JsonValue {
    json!({
        "consent_id": parties.consent_id,
        "user_id": parties.user_id,
        "app_id": parties.app_id,
        "organization_id": parties.organization_id,
    })
}

fn row(app_id: Uuid, event: &RecordedEvent, data: JsonValue) -> Result<HistoryRow, ApplyError> {
    let metadata = event.metadata()?;
    Ok(HistoryRow {
        app_id,
        position: event.position,
        sequence: event.sequence,
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
    })
}

/// Which events of an app are wanted.
#[derive(Clone, Debug, Default)]
pub struct HistoryFilter {
    /// Only behind this position.
    pub after: u64,
    pub event_type: Option<String>,
    /// The id of who did it; `system`, which has none, by its kind.
    pub actor: Option<String>,
    /// Recorded then or later.
    pub from: Option<DateTime<Utc>>,
    /// Recorded then or earlier.
    pub to: Option<DateTime<Utc>>,
}

/// Up to `limit` events of an app that pass the filter, oldest first.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn of_app(
    db: &ReadDb,
    app_id: Uuid,
    filter: HistoryFilter,
    limit: u64,
) -> Result<Vec<HistoryRow>, ReadError> {
    db.select(
        "WHERE app_id = $1 AND position > $2 AND ($3 IS NULL OR event_type = $3) \
         AND ($4 IS NULL OR actor_id = $4 OR (actor_id IS NULL AND actor_kind = $4)) \
         AND ($5 IS NULL OR recorded_at >= $5) AND ($6 IS NULL OR recorded_at <= $6) ORDER BY position LIMIT $7",
        vec![
            app_id.into_value(),
            filter.after.into_value(),
            filter.event_type.into_value(),
            filter.actor.into_value(),
            filter.from.into_value(),
            filter.to.into_value(),
            limit.into_value(),
        ],
    )
    .await
}

/// The position of the newest event of an app; 0 when there is none.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn newest(db: &ReadDb, app_id: Uuid) -> Result<u64, ReadError> {
    let tail = "WHERE app_id = $1 ORDER BY position DESC LIMIT 1";
    let newest = db.select_one::<HistoryRow>(tail, vec![app_id.into_value()]).await?;
    Ok(newest.map_or(0, |row| row.position))
}
