//! `/rest/v1/oauth_apps/{id}/events`: everything that ever happened to an app and to the consents to it, oldest first
//! (contract, section 7).

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};
use routix_domain::app::AppEvent;
use routix_domain::consent::ConsentEvent;
use routix_domain::log::Actor;
use routix_domain::value::Fault;
use routix_projections::app_history::{self, HistoryFilter, HistoryRow};
use routix_projections::app_list::AppRow;

use super::super::caller::Caller;
use super::super::{ManageError, Management};
use super::{object, reply};
use crate::app_fields::uuid;
use crate::history;
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
    let app = audited(&management, &caller, &id).await?;
    let (filter, limit) = read_query(query.as_deref())?;
    let newest = app_history::newest(&management.read, app.app_id).await?;
    let events = app_history::of_app(&management.read, app.app_id, filter, limit).await?;
    let actors: Vec<_> = events.iter().map(actor).collect();
    let sight = caller.sight(&management).await?;
    let names = management.history.actor_names(&actors.iter().flatten().collect::<Vec<_>>(), &sight).await?;
    let named = events.into_iter().zip(&actors).map(|(event, actor)| {
        let name = actor.as_ref().and_then(|actor| names.of(actor));
        object(history::event(&event, name))
    });
    reply::tagged_rows(&headers, named.collect(), newest)
}

/// The app whose history the caller may read.
///
/// # Errors
/// `NotFound` for none of his organizations', `Forbidden` for one that he does not manage.
pub(super) async fn audited(management: &Management, caller: &Caller, id: &str) -> Result<AppRow, ManageError> {
    let app_id = uuid(id).ok_or(ManageError::NotFound)?;
    caller.managed_app(management, app_id).await
}

/// `after` is a position; `limit` is 1 to 1000, 100 when left out; `type`, `actor`, `from` and `to` filter.
fn read_query(query: Option<&str>) -> Result<(HistoryFilter, u64), ManageError> {
    let pairs = pairs::parse(query.unwrap_or_default().as_bytes())
        .map_err(|error| Failure::invalid_request(error.to_string()))?;
    let (mut filter, mut limit) = (HistoryFilter::default(), DEFAULT_LIMIT);
    let mut faults = Vec::new();
    for (name, value) in pairs {
        let read = match name.as_str() {
            "after" => number(&value, 0, i64::MAX.unsigned_abs()).map(|position| filter.after = position),
            "limit" => number(&value, 1, MAX_LIMIT).map(|number| limit = number),
            "type" if is_event_type(&value) => {
                filter.event_type = Some(value);
                Ok(())
            }
            "type" => Err(("invalid_value", "is no type of event of an app or a consent")),
            "actor" => {
                filter.actor = Some(value);
                Ok(())
            }
            "from" => time(&value).map(|time| filter.from = Some(time)),
            "to" => time(&value).map(|time| filter.to = Some(time)),
            _ => Err(("unknown_parameter", "only after, limit, type, actor, from and to are offered")),
        };
        faults.extend(read.err().map(|(code, message)| Fault::new(name, code, message)));
    }
    if faults.is_empty() { Ok((filter, limit)) } else { Err(ManageError::Invalid(faults)) }
}

fn number(value: &str, least: u64, most: u64) -> Result<u64, (&'static str, &'static str)> {
    let number = value.parse::<u64>().ok().filter(|_| value.bytes().all(|b| b.is_ascii_digit()));
    let in_range = number.filter(|number| (least..=most).contains(number));
    in_range.ok_or(("out_of_range", "must be a whole number in range"))
}

fn time(value: &str) -> Result<DateTime<Utc>, (&'static str, &'static str)> {
    // A date would have to mean its begin here and its end there.
    let time = DateTime::parse_from_rfc3339(value).map(|time| time.with_timezone(&Utc));
    time.map_err(|_| ("invalid_value", "must be a time like 2026-03-01T12:00:00Z"))
}

fn is_event_type(text: &str) -> bool {
    AppEvent::TYPES.iter().chain(ConsentEvent::TYPES).any(|(name, _)| *name == text)
}

fn actor(event: &HistoryRow) -> Option<Actor> {
    Actor::from_parts(&event.actor_kind, event.actor_id.as_deref())
}
