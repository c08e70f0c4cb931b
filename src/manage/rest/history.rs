//! `/rest/v1/oauth_apps/{id}/events`: everything that ever happened to an app, oldest first (contract, section 7).

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use routix_domain::value::Fault;
use routix_projections::app_history::{self, HistoryRow};
use routix_projections::app_list;
use serde_json::{Map, Value, json};

use super::super::caller::Caller;
use super::super::fields::uuid;
use super::super::{ManageError, Management};
use super::{object, reply, timestamp};
use crate::http::{Failure, pairs};

const DEFAULT_LIMIT: u64 = 100;
const MAX_LIMIT: u64 = 1_000;

pub(in super::super) async fn list(
    State(management): State<Arc<Management>>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ManageError> {
    let app_id = uuid(&id).ok_or(ManageError::NotFound)?;
    let app = app_list::by_id(&management.read, app_id).await?.ok_or(ManageError::NotFound)?;
    caller.manages(&management, &app).await?;
    let (after, limit) = page(query.as_deref())?;
    let mut rows = Vec::new();
    let mut names = HashMap::new();
    for event in app_history::of_app(&management.read, app_id, after, limit).await? {
        let actor = (event.actor_kind.clone(), event.actor_id.clone());
        if !names.contains_key(&actor) {
            names.insert(actor.clone(), actor_name(&management, &event).await?);
        }
        rows.push(row(event, names.get(&actor).cloned().flatten()));
    }
    reply::rows(&headers, rows)
}

/// `after` is a position; `limit` is 1 to 1000, 100 when left out.
fn page(query: Option<&str>) -> Result<(u64, u64), ManageError> {
    let pairs = pairs::parse(query.unwrap_or_default().as_bytes())
        .map_err(|error| Failure::invalid_request(error.to_string()))?;
    let (mut after, mut limit) = (0, DEFAULT_LIMIT);
    let mut faults = Vec::new();
    for (name, value) in pairs {
        let number = value.parse::<u64>().ok().filter(|_| value.bytes().all(|b| b.is_ascii_digit()));
        match (name.as_str(), number) {
            ("after", Some(position)) if i64::try_from(position).is_ok() => after = position,
            ("limit", Some(number)) if (1..=MAX_LIMIT).contains(&number) => limit = number,
            ("after" | "limit", _) => faults.push(Fault::new(name, "out_of_range", "must be a whole number in range")),
            _ => faults.push(Fault::new(name, "unknown_parameter", "only after and limit are offered")),
        }
    }
    if faults.is_empty() { Ok((after, limit)) } else { Err(ManageError::Invalid(faults)) }
}

fn row(event: HistoryRow, name: Option<String>) -> Map<String, Value> {
    object(json!({
        "id": event.event_id,
        "position": event.position,
        "sequence": event.sequence,
        "type": event.event_type,
        "version": event.event_version,
        "recorded_at": timestamp(event.recorded_at),
        "actor": {"kind": event.actor_kind, "id": event.actor_id, "name": name},
        "authenticated_by": event.authenticated_by,
        "request_id": event.request_id,
        "data": event.data.0,
    }))
}

/// The log knows people by id; their names are looked up when somebody reads it.
async fn actor_name(management: &Management, event: &HistoryRow) -> Result<Option<String>, ManageError> {
    let id = event.actor_id.as_deref();
    Ok(match (event.actor_kind.as_str(), id.and_then(uuid)) {
        ("user", Some(user_id)) => {
            let user = management.identity.user(user_id).await?;
            Some(user.map_or_else(|| "a forgotten person".to_owned(), |user| user.name))
        }
        ("app", Some(app_id)) => app_list::by_id(&management.read, app_id).await?.map(|app| app.name),
        ("system", _) => Some("routix".to_owned()),
        _ => id.map(str::to_owned),
    })
}
