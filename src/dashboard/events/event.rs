//! One event as it was recorded, without digests of secrets.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawPathParams, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::auditor::Auditor;
use super::line::{Line, lines};
use crate::dashboard::Dashboard;
use crate::evidence::{event_at, listed};
use crate::pages::{Frame, PageError};

#[derive(Template)]
#[template(path = "event.html", config = ".askama.toml")]
struct EventTemplate<'a> {
    frame: Frame<'a>,
    /// The log that it is in.
    log: String,
    log_title: String,
    line: Line,
    /// As it is exported, in lines.
    json: String,
    schema: String,
    /// Whoever looks after the service can prove that it is in the log.
    can_prove: bool,
}

pub(super) async fn show(State(dashboard): State<Arc<Dashboard>>, auditor: Auditor, params: RawPathParams) -> Response {
    let position = params.iter().find(|(name, _)| *name == "position").and_then(|(_, text)| text.parse().ok());
    auditor.visitor().answer(event(&dashboard, &auditor, position).await)
}

async fn event(dashboard: &Dashboard, auditor: &Auditor, position: Option<u64>) -> Result<Response, PageError> {
    let found = match position {
        Some(position) => event_at(&dashboard.sealer.feed, position).await?,
        None => None,
    };
    let chosen = auditor.may_read(found)?;
    let json = serde_json::to_string_pretty(&listed(&chosen)).map_err(|error| PageError::Internal(Box::new(error)))?;
    let schema = format!("/schemas/events/{}.v{}.json", chosen.event.event_type, chosen.event.event_version);
    let line = lines(dashboard, auditor, &[chosen]).await?.pop().ok_or(PageError::NotFound)?;
    let words = &auditor.visitor().words;
    let (log_title, can_prove) = match auditor {
        Auditor::Insider(_) => (words.get("section-events"), false),
        Auditor::Operator(_) => (words.get("section-log"), true),
    };
    let template =
        EventTemplate { frame: auditor.frame(), log: auditor.path(""), log_title, line, json, schema, can_prove };
    Ok(auditor.page(StatusCode::OK, &template))
}
