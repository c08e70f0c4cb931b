//! `/rest/v1/oauth_apps`: list apps, change one (contract, section 3).

use std::sync::Arc;

use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use routix_domain::app::{AppChange, AppState, ClientType, Status};
use routix_domain::value::{Fault, Secrets};
use routix_projections::app_list::{self, AppRow};
use routix_projections::members::MemberRow;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::caller::{Caller, within_branches};
use super::super::register_app::read_object;
use super::super::{ManageError, Management};
use super::query::TableQuery;
use super::{object, reply, timestamp};
use crate::app_fields::{Fields, read_change};

const COLUMNS: [&str; 19] = [
    "id",
    "organization_id",
    "name",
    "description",
    "homepage_url",
    "client_id",
    "client_type",
    "client_secret_last4",
    "redirect_uris",
    "allowed_scopes",
    "allowed_branch_ids",
    "token_lifetime",
    "refresh_authentication",
    "status",
    "created_by",
    "created_at",
    "updated_at",
    "last_used_at",
    "sequence",
];

pub(in super::super) async fn list(
    State(management): State<Arc<Management>>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ManageError> {
    let query = TableQuery::parse(query.as_deref(), &COLUMNS)?;
    let managed = caller.managed(&management).await?;
    // Who belongs nowhere sees nothing; who belongs somewhere and manages nothing is told so.
    if managed.is_empty() && !caller.memberships(&management).await?.is_empty() {
        return Err(ManageError::Forbidden);
    }
    let mut rows = Vec::new();
    for member in &managed {
        for app in app_list::of_organization(&management.read, member.organization_id).await? {
            if within_branches(member, &app.allowed_branches).is_ok() {
                rows.push(row(&management, &app).await?);
            }
        }
    }
    reply::rows(&headers, query.apply(rows))
}

pub(in super::super) async fn change(
    State(management): State<Arc<Management>>,
    caller: Caller,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ManageError> {
    let (parts, body) = request.into_parts();
    let query = TableQuery::parse(query.as_deref(), &COLUMNS)?;
    if !query.has_filter() {
        return Err(ManageError::Invalid(vec![Fault::new("id", "required", "say which app: ?id=eq.UUID")]));
    }
    let members = read_object(&parts.headers, body).await?;
    let mut matching = Vec::new();
    for app in apps_of(&management, &caller.memberships(&management).await?).await? {
        if query.matches(&row(&management, &app).await?) {
            matching.push(app);
        }
    }
    let represented = reply::wants_representation(&parts.headers);
    if represented {
        reply::check_count(&parts.headers, matching.len())?;
    }
    match matching.as_slice() {
        // The body of a change to nothing is judged all the same, so that a typing error is found.
        [] => check_unmatched(members, &management)?,
        [app] => {
            let member = caller.manages(&management, app).await?;
            let change = change_of(Fields::new(members), &management, app).await?;
            if let Some(restriction) = &change.allowed_branches {
                within_branches(&member, restriction)?;
            }
            let origin = caller.origin(&management);
            management.commands.change_app((app.organization_id, app.app_id), None, change, &origin).await?;
        }
        // Changes to several apps could not be all or nothing.
        several => {
            let message = format!("{} apps match; change one at a time with ?id=eq.UUID", several.len());
            return Err(ManageError::Invalid(vec![Fault::new("id", "ambiguous", message)]));
        }
    }
    if !represented {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let mut rows = Vec::with_capacity(matching.len());
    for app in &matching {
        if let Some(changed) = app_list::by_id(&management.read, app.app_id).await? {
            rows.push(query.select(row(&management, &changed).await?));
        }
    }
    reply::rows(&parts.headers, rows)
}

fn check_unmatched(members: Map<String, Value>, management: &Management) -> Result<(), ManageError> {
    let mut fields = Fields::new(members);
    read_change(&mut fields, &management.scopes, ClientType::Public, None);
    fields.finish(&COLUMNS).or(()).map_err(|faults| ManageError::Invalid(faults.into_vec()))
}

async fn change_of(mut fields: Fields, management: &Management, app: &AppRow) -> Result<AppChange, ManageError> {
    let branches = management.open_branches(app.organization_id).await?;
    let change = read_change(&mut fields, &management.scopes, app.client_type.0, Some(&branches));
    fields.finish(&COLUMNS).or(change).map_err(|faults| ManageError::Invalid(faults.into_vec()))
}

async fn apps_of(management: &Management, memberships: &[MemberRow]) -> Result<Vec<AppRow>, ManageError> {
    let mut apps = Vec::new();
    for member in memberships {
        apps.extend(app_list::of_organization(&management.read, member.organization_id).await?);
    }
    Ok(apps)
}

async fn row(management: &Management, app: &AppRow) -> Result<Map<String, Value>, ManageError> {
    let usage = management.identity.usage(app.app_id).await?;
    let last_used_at = usage.iter().map(|usage| usage.last_used_at).max();
    Ok(object(json!({
        "id": app.app_id,
        "organization_id": app.organization_id,
        "name": app.name,
        "description": app.description,
        "homepage_url": app.homepage_url,
        "client_id": app.client_id,
        "client_type": app.client_type.0,
        "client_secret_last4": last4(&app.secrets),
        "redirect_uris": app.redirect_uris.0,
        "allowed_scopes": app.allowed_scopes.0,
        "allowed_branch_ids": app.allowed_branches.to_list(),
        "token_lifetime": app.token_lifetime.0,
        "refresh_authentication": app.refresh_authentication.0,
        "status": app.status.0,
        "created_by": app.created_by,
        "created_at": timestamp(app.created_at),
        "updated_at": timestamp(app.updated_at),
        "last_used_at": last_used_at.map(timestamp),
        "sequence": app.sequence,
    })))
}

fn last4(secrets: &Secrets) -> Option<&str> {
    secrets.current().map(|secret| secret.fingerprint.last4.as_str())
}

/// A freshly registered app, as the registration's answer shows it.
pub(in super::super) fn registered_app(app_id: Uuid, app: &AppState) -> Value {
    let details = &app.details;
    json!({
        "id": app_id,
        "organization_id": details.organization_id,
        "name": details.name,
        "description": details.description,
        "homepage_url": details.homepage_url,
        "client_id": details.client_id,
        "client_type": details.client_type,
        "client_secret_last4": last4(&app.secrets),
        "redirect_uris": details.redirect_uris,
        "allowed_scopes": details.allowed_scopes,
        "allowed_branch_ids": details.allowed_branches.to_list(),
        "token_lifetime": details.token_lifetime,
        "refresh_authentication": details.refresh_authentication,
        "status": match app.status { Status::Active => "active", Status::Revoked => "revoked" },
        "created_at": timestamp(details.registered_at),
    })
}
