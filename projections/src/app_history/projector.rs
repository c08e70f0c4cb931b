//! From the events of apps and consents to their rows.

use routix_domain::consent::ConsentEvent;
use routix_domain::log::{Fact, RecordedEvent, UnreadableEvent};
use serde_json::{Value as JsonValue, json};
use uuid::Uuid;

use super::{ConsentPartiesRow, HistoryRow};
use crate::projection::Projection;
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::{ColumnValue, Json, Table, TableRow};

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
            | Fact::Person { .. }
            | Fact::Projection { .. }
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
            | Fact::Person { .. }
            | Fact::Projection { .. }
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
