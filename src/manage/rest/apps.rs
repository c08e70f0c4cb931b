//! `/rest/v1/oauth_apps`: list apps, change one (contract, section 3).

use std::sync::Arc;

use axum::extract::{RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use routix_domain::app::{AppChange, AppState, ClientType, Status};
use routix_domain::value::{Fault, Secrets};
use routix_projections::app_list::{self, AppRow};
use routix_projections::members::MemberRow;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::caller::{Caller, app_among, within_branches};
use super::super::register_app::read_object;
use super::super::{ManageError, Management};
use super::columns::Column;
use super::query::TableQuery;
use super::{MAX_ROWS, object, reply, timestamp};
use crate::app_fields::{Fields, read_change, uuid};

const COLUMNS: [Column; 19] = [
    Column::id("id"),
    Column::id("organization_id"),
    Column::text("name"),
    Column::text("description"),
    Column::text("homepage_url"),
    Column::id("client_id"),
    Column::text("client_type"),
    Column::text("client_secret_last4"),
    Column::list("redirect_uris"),
    Column::list("allowed_scopes"),
    Column::list("allowed_branch_ids"),
    Column::text("token_lifetime"),
    Column::text("refresh_authentication"),
    Column::text("status"),
    Column::id("created_by"),
    Column::time("created_at"),
    Column::time("updated_at"),
    Column::time("last_used_at"),
    Column::number("sequence"),
];

pub(in super::super) async fn list(
    State(management): State<Arc<Management>>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ManageError> {
    let query = TableQuery::parse(query.as_deref(), &headers, &COLUMNS)?;
    let mut rows = Vec::new();
    for app in listed(&management, &caller, &query).await? {
        rows.push(row(&management, &app).await?);
    }
    reply::page(&headers, query.apply(rows))
}

pub(in super::super) async fn change(
    State(management): State<Arc<Management>>,
    caller: Caller,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ManageError> {
    let (parts, body) = request.into_parts();
    let query = TableQuery::parse(query.as_deref(), &parts.headers, &COLUMNS)?;
    if !query.has_filter() {
        return Err(ManageError::Unfiltered(Fault::new("id", "required", "say which app: ?id=eq.UUID")));
    }
    let members = read_object(&parts.headers, body).await?;
    let mut matching = Vec::new();
    for app in changeable(&management, &caller, &query).await? {
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
        return reply::changed(&parts.headers, matching.len(), None);
    }
    let mut rows = Vec::with_capacity(matching.len());
    for app in &matching {
        if let Some(changed) = app_list::by_id(&management.read, app.app_id).await? {
            rows.push(query.select(row(&management, &changed).await?));
        }
    }
    reply::changed(&parts.headers, rows.len(), Some(rows))
}

fn check_unmatched(members: Map<String, Value>, management: &Management) -> Result<(), ManageError> {
    let mut fields = Fields::new(members);
    read_change(&mut fields, &management.scopes, ClientType::Public, None);
    fields.finish(&COLUMNS.map(|column| column.name)).or(()).map_err(|faults| ManageError::Invalid(faults.into_vec()))
}

async fn change_of(mut fields: Fields, management: &Management, app: &AppRow) -> Result<AppChange, ManageError> {
    let branches = management.open_branches(app.organization_id).await?;
    let change = read_change(&mut fields, &management.scopes, app.client_type.0, Some(&branches));
    fields
        .finish(&COLUMNS.map(|column| column.name))
        .or(change)
        .map_err(|faults| ManageError::Invalid(faults.into_vec()))
}

/// The apps that the caller manages, among which a query has to look.
async fn listed(management: &Management, caller: &Caller, query: &TableQuery) -> Result<Vec<AppRow>, ManageError> {
    let managed = caller.managed(management).await?;
    // Who belongs nowhere sees nothing; who belongs somewhere and manages nothing is told so.
    if managed.is_empty() && !caller.memberships(management).await?.is_empty() {
        return Err(ManageError::Forbidden);
    }
    let mut apps = apps_of(management, &managed, query).await?;
    apps.retain(|app| {
        let member = managed.iter().find(|member| member.organization_id == app.organization_id);
        member.is_some_and(|member| within_branches(member, &app.allowed_branches).is_ok())
    });
    Ok(apps)
}

/// The apps that a change may be about: those that are listed. Who names one by its id and may not manage it is told so,
/// whatever the other filters say: whether they match must not tell what is in it.
async fn changeable(management: &Management, caller: &Caller, query: &TableQuery) -> Result<Vec<AppRow>, ManageError> {
    if query.only_id().is_none() {
        return listed(management, caller, query).await;
    }
    let named = apps_of(management, &caller.memberships(management).await?, query).await?;
    for app in &named {
        caller.manages(management, app).await?;
    }
    Ok(named)
}

/// The apps of these organizations among which a query has to look: one, when it names one.
async fn apps_of(
    management: &Management,
    memberships: &[MemberRow],
    query: &TableQuery,
) -> Result<Vec<AppRow>, ManageError> {
    if let Some(id) = query.only_id() {
        let Some(id) = uuid(id) else { return Ok(Vec::new()) };
        return Ok(app_among(management, memberships, id).await?.into_iter().collect());
    }
    let mut apps = Vec::new();
    for member in memberships {
        apps.extend(app_list::of_organization(&management.read, member.organization_id).await?);
        if apps.len() > MAX_ROWS {
            return Err(ManageError::TooManyRows);
        }
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
