//! `/rest/v1/oauth_client_authorizations`: consents, one's own and those in an organization that one manages (contract,
//! section 3).
//!
//! A consent that was withdrawn is not there any more; the log keeps it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use routix_domain::value::{BranchRestriction, Fault};
use routix_projections::app_list::{self, AppRow};
use routix_projections::consents::{self, ConsentRow};
use routix_projections::members::MemberRow;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::caller::Caller;
use super::super::{ManageError, Management};
use super::columns::Column;
use super::query::TableQuery;
use super::{MAX_ROWS, object, reply, timestamp};

const COLUMNS: [Column; 9] = [
    Column::id("id"),
    Column::id("user_id"),
    Column::id("oauth_app_id"),
    Column::id("client_id"),
    Column::text("app_name"),
    Column::id("organization_id"),
    Column::list("scopes"),
    Column::time("created_at"),
    Column::time("updated_at"),
];

pub(in super::super) async fn list(
    State(management): State<Arc<Management>>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ManageError> {
    let query = TableQuery::parse(query.as_deref(), &headers, &COLUMNS)?;
    let rows = visible(&management, &caller).await?.into_iter().map(|(_, row)| row).collect();
    reply::page(&headers, query.apply(rows))
}

pub(in super::super) async fn withdraw(
    State(management): State<Arc<Management>>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ManageError> {
    let query = TableQuery::parse(query.as_deref(), &headers, &COLUMNS)?;
    if !query.has_filter() {
        return Err(ManageError::Unfiltered(Fault::new("id", "required", "say which consent: ?id=eq.UUID")));
    }
    let mut matching = visible(&management, &caller).await?;
    matching.retain(|(_, row)| query.matches(row));
    // Several could not be all or nothing, so they are not begun.
    if matching.len() > 1 {
        let message = format!("{} consents match; withdraw one at a time with ?id=eq.UUID", matching.len());
        return Err(ManageError::Invalid(vec![Fault::new("id", "ambiguous", message)]));
    }
    let represented = reply::wants_representation(&headers);
    if represented {
        reply::check_count(&headers, matching.len())?;
    }
    for (consent_id, _) in &matching {
        management.commands.withdraw_consent(*consent_id, &caller.origin(&management)).await?;
    }
    let count = matching.len();
    let rows = represented.then(|| matching.into_iter().map(|(_, row)| query.select(row)).collect());
    reply::changed(&headers, count, rows)
}

/// The caller's own consents, and those of others where he manages the app's access, each once.
async fn visible(management: &Management, caller: &Caller) -> Result<Vec<(Uuid, Map<String, Value>)>, ManageError> {
    let mut found = consents::of_user(&management.read, caller.user.user_id).await?;
    let managed = caller.managed(management).await?;
    for member in &managed {
        let others = consents::of_organization(&management.read, member.organization_id).await?;
        found.extend(others.into_iter().filter(|row| row.user_id != caller.user.user_id));
    }
    if found.len() > MAX_ROWS {
        return Err(ManageError::TooManyRows);
    }
    let mut apps: HashMap<Uuid, Option<AppRow>> = HashMap::new();
    let mut rows = Vec::with_capacity(found.len());
    for consent in found {
        // A read model that is late must not hide a consent from the one who gave it.
        let app = match apps.entry(consent.app_id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(app_list::by_id(&management.read, consent.app_id).await?),
        };
        let app = app.as_ref();
        let managed = |app: &AppRow| manages_access(&managed, &consent, app);
        if consent.user_id == caller.user.user_id || app.is_some_and(managed) {
            rows.push((consent.consent_id, row(&consent, app)));
        }
    }
    Ok(rows)
}

/// Who is limited to some branches manages only what an app does there: an app from elsewhere is limited by its users alone.
fn manages_access(managed: &[MemberRow], consent: &ConsentRow, app: &AppRow) -> bool {
    let reach = match app.organization_id == consent.organization_id {
        true => &app.allowed_branches.0,
        false => &BranchRestriction::All,
    };
    managed.iter().any(|member| member.organization_id == consent.organization_id && member.branches.covers(reach))
}

fn row(consent: &ConsentRow, app: Option<&AppRow>) -> Map<String, Value> {
    object(json!({
        "id": consent.consent_id,
        "user_id": consent.user_id,
        "oauth_app_id": consent.app_id,
        "client_id": app.map(|app| app.client_id),
        "app_name": app.map(|app| &app.name),
        "organization_id": consent.organization_id,
        "scopes": consent.scopes.0,
        "created_at": timestamp(consent.granted_at),
        "updated_at": timestamp(consent.updated_at),
    }))
}
