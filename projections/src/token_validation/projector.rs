//! From an app's events to its row and those of the tokens that it gave back.

use routix_domain::app::{AppEvent, Status};
use routix_domain::log::{Fact, RecordedEvent};
use routix_domain::value::{SecretGeneration, Secrets};

use super::{RevokedTokenRow, ValidationRow};
use crate::projection::Projection;
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::{ColumnValue, Json, Table, TableRow};

/// Reads apps and writes `token_validation` and `revoked_tokens`.
pub struct TokenValidation;

impl Projection for TokenValidation {
    fn name(&self) -> &'static str {
        "token_validation"
    }

    fn version(&self) -> u32 {
        2
    }

    fn tables(&self) -> &'static [Table] {
        &[ValidationRow::TABLE, RevokedTokenRow::TABLE]
    }

    fn reads(&self) -> &'static [&'static str] {
        &["app"]
    }

    fn keys(&self, fact: &Fact) -> Vec<RowKey> {
        match fact {
            Fact::App { app_id, .. } => vec![RowKey::of::<ValidationRow>([app_id.into_value()])],
            Fact::Authorization { .. }
            | Fact::Consent { .. }
            | Fact::Organization { .. }
            | Fact::Person { .. }
            | Fact::Projection { .. }
            | Fact::Reservation { .. }
            | Fact::SigningKey { .. } => Vec::new(),
        }
    }

    fn apply(&self, recorded: &RecordedEvent, fact: &Fact, rows: &mut Rows) -> Result<(), ApplyError> {
        let Fact::App { app_id, event } = fact else { return Ok(()) };
        if let AppEvent::Registered(app) = event {
            rows.put(ValidationRow {
                app_id: *app_id,
                client_id: app.client_id,
                organization_id: app.organization_id,
                name: app.name.clone(),
                client_type: Json(app.client_type),
                redirect_uris: Json(app.redirect_uris.clone()),
                status: Json(Status::Active),
                allowed_scopes: Json(app.allowed_scopes.clone()),
                allowed_branches: Json(app.allowed_branches.clone()),
                token_lifetime: Json(app.token_lifetime),
                refresh_authentication: Json(app.refresh_authentication),
                secrets: Json(Secrets::starting_with(app.secret.clone(), app.registered_at)),
                token_epoch: 0,
                has_revoked_tokens: Json(false),
            });
            return Ok(());
        }
        if let AppEvent::TokenRevoked { token_id, .. } = event {
            rows.put(RevokedTokenRow { token_id: *token_id, app_id: *app_id, revoked_at: recorded.recorded_at });
        }
        rows.change::<ValidationRow>([app_id.into_value()], |row| change(row, event))
    }
}

fn change(row: &mut ValidationRow, event: &AppEvent) {
    match event.clone() {
        AppEvent::DetailsChanged { name, .. } => row.name = name,
        AppEvent::ScopesChanged { allowed_scopes } => row.allowed_scopes = Json(allowed_scopes),
        AppEvent::BranchRestrictionChanged { allowed_branches } => row.allowed_branches = Json(allowed_branches),
        AppEvent::TokenLifetimeChanged { token_lifetime } => row.token_lifetime = Json(token_lifetime),
        AppEvent::RefreshAuthenticationChanged { refresh_authentication } => {
            row.refresh_authentication = Json(refresh_authentication);
        }
        AppEvent::SecretRotated { generation, secret, rotated_at, previous_valid_until } => {
            row.secrets.0.rotate(SecretGeneration::new(generation, secret, rotated_at), previous_valid_until);
        }
        AppEvent::SecretOverlapEnded { ended_at } => row.secrets.0.end_overlaps(ended_at),
        AppEvent::Revoked {} => row.status = Json(Status::Revoked),
        AppEvent::Reactivated {} => row.status = Json(Status::Active),
        AppEvent::TokensCutOff { token_epoch } => row.token_epoch = token_epoch.into(),
        AppEvent::TokenRevoked { .. } => row.has_revoked_tokens = Json(true),
        AppEvent::RedirectUrisChanged { redirect_uris } => row.redirect_uris = Json(redirect_uris),
        AppEvent::Registered(_) => {}
    }
}
