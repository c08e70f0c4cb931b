//! From the events of consents and authorizations to their rows.

use routix_domain::authorization::AuthorizationEvent;
use routix_domain::consent::ConsentEvent;
use routix_domain::log::{Fact, RecordedEvent};
use uuid::Uuid;

use super::{ConsentRow, EndedAuthorizationRow};
use crate::projection::Projection;
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::{ColumnValue, Json, Table, TableRow};

/// Reads consents and authorizations and writes `consents` and `ended_authorizations`.
pub struct Consents;

impl Projection for Consents {
    fn name(&self) -> &'static str {
        "consents"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[ConsentRow::TABLE, EndedAuthorizationRow::TABLE]
    }

    fn reads(&self) -> &'static [&'static str] {
        &["consent", "authorization"]
    }

    fn keys(&self, fact: &Fact) -> Vec<RowKey> {
        match fact {
            Fact::Consent { consent_id, .. } => vec![RowKey::of::<ConsentRow>([consent_id.into_value()])],
            // An ended authorization is a row that is written once.
            Fact::Authorization { .. }
            | Fact::App { .. }
            | Fact::Organization { .. }
            | Fact::Person { .. }
            | Fact::Projection { .. }
            | Fact::Reservation { .. }
            | Fact::SigningKey { .. } => Vec::new(),
        }
    }

    fn apply(&self, event: &RecordedEvent, fact: &Fact, rows: &mut Rows) -> Result<(), ApplyError> {
        match fact {
            Fact::Consent { consent_id, event: fact } => consent(event, *consent_id, fact, rows),
            Fact::Authorization { authorization_id, event: AuthorizationEvent::Ended { reason } } => {
                let (authorization_id, reason) = (*authorization_id, Json(*reason));
                rows.put(EndedAuthorizationRow { authorization_id, reason, ended_at: event.recorded_at });
                Ok(())
            }
            Fact::Authorization { .. }
            | Fact::App { .. }
            | Fact::Organization { .. }
            | Fact::Person { .. }
            | Fact::Projection { .. }
            | Fact::Reservation { .. }
            | Fact::SigningKey { .. } => Ok(()),
        }
    }
}

fn consent(event: &RecordedEvent, consent_id: Uuid, fact: &ConsentEvent, rows: &mut Rows) -> Result<(), ApplyError> {
    let key = [consent_id.into_value()];
    match fact {
        ConsentEvent::Granted { user_id, app_id, organization_id, scopes } => {
            let before = rows.get::<ConsentRow>(key)?;
            let in_force = before.as_ref().filter(|row| row.is_in_force());
            rows.put(ConsentRow {
                consent_id,
                user_id: *user_id,
                app_id: *app_id,
                organization_id: *organization_id,
                scopes: Json(scopes.clone()),
                granted_at: in_force.map_or(event.recorded_at, |row| row.granted_at),
                updated_at: event.recorded_at,
                withdrawn_at: None,
                withdrawals: before.map_or(0, |row| row.withdrawals),
            });
            Ok(())
        }
        ConsentEvent::Withdrawn { withdrawals } => rows.change::<ConsentRow>(key, |row| {
            row.withdrawn_at = Some(event.recorded_at);
            row.withdrawals = (*withdrawals).into();
        }),
    }
}
