//! `GET /organizations/{organization_id}/apps/{app_id}/events/{position}`: one event as it was recorded, and how to check it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use routix_domain::history::Entry;
use routix_domain::log::StoredCheckpoint;
use routix_projections::app_history::{self, HistoryFilter};
use uuid::Uuid;

use super::past::{Origins, Past, TAB, Ways};
use super::telling::ends_something;
use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::history::{self, HistoryError};
use crate::pages::{Frame, PageError, Stamp};

#[derive(Template)]
#[template(path = "app_event.html", config = ".askama.toml")]
struct EventTemplate<'a> {
    frame: Frame<'a>,
    app: &'a str,
    path: &'a str,
    tab: &'static str,
    ways: &'a Ways,
    who: String,
    told: String,
    is_end: bool,
    at: Stamp,
    proof: Option<String>,
    from: Option<String>,
    position: u64,
    sequence: u64,
    event_id: Uuid,
    event_type: &'a str,
    event_version: &'a str,
    request_id: Option<&'a str>,
    raw: String,
    state: String,
    earlier: Option<String>,
    later: Option<String>,
    checkpoint: Option<Checkpoint>,
}

/// The newest checkpoint of the log.
struct Checkpoint {
    note: String,
    covers: bool,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id, position)): Path<(String, String, String)>,
) -> Response {
    insider.visitor().answer(event(&dashboard, &insider, (&app_id, &position)).await)
}

async fn event(
    dashboard: &Dashboard,
    insider: &Insider,
    (app_id, position): (&str, &str),
) -> Result<Response, PageError> {
    let position: u64 = position.parse().map_err(|_| PageError::NotFound)?;
    let past = Past::of(dashboard, insider, app_id).await?;
    let told = past.history.told();
    let at = told.iter().position(|(entry, _)| entry.place.position == position).ok_or(PageError::NotFound)?;
    let (entry, sentence) = &told[at];
    let origins = Origins::of(dashboard, insider, std::iter::once(*entry)).await?;
    let telling = &past.telling;
    let way = |index: usize| told.get(index).map(|(entry, _)| past.ways.event(entry.place.position));
    let template = EventTemplate {
        frame: insider.frame(Section::Apps),
        app: &past.app.name,
        path: &past.ways.app,
        tab: TAB,
        ways: &past.ways,
        who: telling.who(&entry.place.actor),
        told: telling.sentence(sentence),
        is_end: ends_something(sentence),
        at: telling.words.moment(entry.place.recorded_at),
        proof: telling.proof(&entry.authenticated_by),
        from: origins
            .place(entry)
            .map(|place| place.map_or_else(|| telling.words.get("history-from-forgotten"), str::to_owned)),
        position,
        sequence: entry.place.sequence,
        event_id: entry.event_id,
        event_type: &entry.event_type,
        event_version: &entry.event_version,
        request_id: entry.request_id.as_deref(),
        raw: raw(dashboard, &past, entry).await?,
        state: past.ways.state_after(entry),
        earlier: at.checked_sub(1).and_then(way),
        later: way(at + 1),
        checkpoint: checkpoint(dashboard, position).await?,
    };
    Ok(insider.page(&template))
}

/// The event as the API shows it, in several lines.
async fn raw(dashboard: &Dashboard, past: &Past<'_>, entry: &Entry) -> Result<String, PageError> {
    let position = entry.place.position;
    let filter = HistoryFilter { after: position.saturating_sub(1), ..HistoryFilter::default() };
    let rows = app_history::of_app(&dashboard.read, past.app.app_id, filter, 1).await?;
    // The history comes from the log itself; this read model may be a moment behind it.
    let row = rows.iter().find(|row| row.position == position).ok_or(PageError::NotFound)?;
    let value = history::event(row, past.telling.api_name(&entry.place.actor));
    serde_json::to_string_pretty(&value).map_err(|error| PageError::Internal(Box::new(error)))
}

async fn checkpoint(dashboard: &Dashboard, position: u64) -> Result<Option<Checkpoint>, PageError> {
    let sealed = dashboard.seals.sealed().await.map_err(HistoryError::from)?;
    let shown = |newest: StoredCheckpoint| Checkpoint { covers: position <= newest.position, note: newest.note };
    Ok(sealed.newest.map(shown))
}
