//! `GET /account`, and ending one's sessions.

use askama::Template;
use axum::extract::{RawQuery, Request};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::device::device;
use crate::http::pairs;
use crate::pages::{Form, Frame, PageError, Visitor, Words, see_other};
use crate::store::identity::OpenSession;

/// The purpose of the forms that end sessions.
const END_SESSIONS: &str = "end sessions";

#[derive(Template)]
#[template(path = "account.html", config = ".askama.toml")]
struct AccountTemplate<'a> {
    frame: Frame<'a>,
    done: Option<String>,
    name: &'a str,
    email: &'a str,
    sessions: Vec<SessionRow>,
    form_token: String,
}

/// A session as it is shown.
struct SessionRow {
    id: Uuid,
    device: String,
    seen: String,
    began: String,
    address: String,
    is_current: bool,
}

/// Who is signed in, and where.
pub(super) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    visitor.answer(account(&visitor, &query.unwrap_or_default()).await)
}

async fn account(visitor: &Visitor, query: &str) -> Result<Response, PageError> {
    let Some(session) = &visitor.session else { return Ok(visitor.sign_in_first()) };
    let query = pairs::parse(query.as_bytes())?;
    let words = &visitor.words;
    let done = query.get("done").and_then(|done| match done.as_str() {
        "session" => Some(words.get("session-ended")),
        "others" => Some(words.get("sessions-others-ended")),
        _ => None,
    });
    let mut open = visitor.pages.sign_in.sessions.open_sessions(session.user.id).await?;
    // One's own first; the others stay in their order.
    open.sort_by_key(|open| open.id != session.id);
    let template = AccountTemplate {
        // Without what was just done: another language does not do it again.
        frame: Frame::at(visitor, "/account"),
        done,
        name: &session.user.name,
        email: &session.user.email,
        sessions: open.iter().map(|open| row(words, open, session.id)).collect(),
        form_token: visitor.form_token(END_SESSIONS),
    };
    Ok(visitor.page(StatusCode::OK, &template, None))
}

fn row(words: &Words, session: &OpenSession, current: Uuid) -> SessionRow {
    let kind = if session.is_browser { words.get("session-browser") } else { words.get("session-api") };
    let device = session.context.user_agent.as_deref().map(device);
    SessionRow {
        id: session.id,
        device: device.map_or_else(|| kind.clone(), |device| format!("{kind}: {device}")),
        seen: moment(session.seen_at),
        began: moment(session.created_at),
        address: session.context.address.clone().unwrap_or_else(|| words.get("session-unknown")),
        is_current: session.id == current,
    }
}

/// The same in every language.
fn moment(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// Ends one of one's own sessions.
pub(super) async fn end(visitor: Visitor, request: Request) -> Response {
    visitor.answer(end_one(&visitor, request).await)
}

async fn end_one(visitor: &Visitor, request: Request) -> Result<Response, PageError> {
    let form = Form::read(visitor, request).await?;
    let session = form.session(visitor, END_SESSIONS)?;
    let id: Uuid = form.required("session_id")?.parse().map_err(|_| PageError::BadRequest)?;
    // One that has just ended by itself is what was wanted, and one of somebody else shows nothing of itself.
    visitor.pages.sign_in.sessions.end_own(session.user.id, id).await?;
    Ok(see_other("/account?done=session"))
}

/// Ends every session but this one.
pub(super) async fn end_others(visitor: Visitor, request: Request) -> Response {
    visitor.answer(end_all_others(&visitor, request).await)
}

async fn end_all_others(visitor: &Visitor, request: Request) -> Result<Response, PageError> {
    let form = Form::read(visitor, request).await?;
    let session = form.session(visitor, END_SESSIONS)?;
    visitor.pages.sign_in.sessions.end_others(session.user.id, session.id).await?;
    Ok(see_other("/account?done=others"))
}
