//! From an app's events to its row.

use routix_domain::app::{AppEvent, Registration, Status};
use routix_domain::log::{Actor, Fact, RecordedEvent};
use routix_domain::value::{SecretGeneration, Secrets};
use uuid::Uuid;

use super::AppRow;
use crate::projection::Projection;
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::{ColumnValue, Json, Table, TableRow};

/// Reads apps and writes `app_list`.
pub struct AppList;

impl Projection for AppList {
    fn name(&self) -> &'static str {
        "app_list"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[AppRow::TABLE]
    }

    fn reads(&self) -> &'static [&'static str] {
        &["app"]
    }

    fn keys(&self, fact: &Fact) -> Vec<RowKey> {
        match fact {
            Fact::App { app_id, .. } => vec![RowKey::of::<AppRow>([app_id.into_value()])],
            Fact::Authorization { .. }
            | Fact::Consent { .. }
            | Fact::Organization { .. }
            | Fact::Person { .. }
            | Fact::Projection { .. }
            | Fact::Reservation { .. }
            | Fact::SigningKey { .. } => Vec::new(),
        }
    }

    fn apply(&self, event: &RecordedEvent, fact: &Fact, rows: &mut Rows) -> Result<(), ApplyError> {
        let Fact::App { app_id, event: fact } = fact else { return Ok(()) };
        if let AppEvent::Registered(app) = fact {
            let created_by = match event.metadata()?.actor {
                Actor::User(id) => Some(id),
                Actor::App(_) | Actor::CommandLine(_) | Actor::System => None,
            };
            rows.put(registered(*app_id, app, event, created_by));
            return Ok(());
        }
        rows.change::<AppRow>([app_id.into_value()], |row| {
            change(row, fact);
            (row.updated_at, row.sequence) = (event.recorded_at, event.sequence);
        })
    }
}

fn registered(app_id: Uuid, app: &Registration, event: &RecordedEvent, created_by: Option<Uuid>) -> AppRow {
    AppRow {
        app_id,
        organization_id: app.organization_id,
        client_id: app.client_id,
        client_type: Json(app.client_type),
        name: app.name.clone(),
        description: app.description.clone(),
        homepage_url: app.homepage_url.clone(),
        redirect_uris: Json(app.redirect_uris.clone()),
        allowed_scopes: Json(app.allowed_scopes.clone()),
        allowed_branches: Json(app.allowed_branches.clone()),
        token_lifetime: Json(app.token_lifetime),
        refresh_authentication: Json(app.refresh_authentication),
        status: Json(Status::Active),
        secrets: Json(Secrets::starting_with(app.secret.clone(), app.registered_at)),
        created_by,
        created_at: app.registered_at,
        updated_at: event.recorded_at,
        sequence: event.sequence,
    }
}

fn change(row: &mut AppRow, event: &AppEvent) {
    match event.clone() {
        AppEvent::DetailsChanged { name, description, homepage_url } => {
            (row.name, row.description, row.homepage_url) = (name, description, homepage_url);
        }
        AppEvent::RedirectUrisChanged { redirect_uris } => row.redirect_uris = Json(redirect_uris),
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
        AppEvent::TokensCutOff { .. } | AppEvent::TokenRevoked { .. } | AppEvent::Registered(_) => {}
    }
}
