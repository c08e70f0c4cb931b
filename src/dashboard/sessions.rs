//! One's own sessions, on `/account`.

use axum::extract::Request;
use axum::response::Response;
use uuid::Uuid;

use super::device::device;
use crate::pages::{Form, PageError, Stamp, Visitor, Words, see_other};
use crate::store::identity::{BrowserSession, OpenSession};

/// The purpose of the forms that end sessions.
pub(super) const END_SESSIONS: &str = "end sessions";

/// A session as it is shown.
pub(super) struct SessionRow {
    pub(super) id: Uuid,
    pub(super) device: String,
    pub(super) seen: Stamp,
    pub(super) began: Stamp,
    pub(super) address: String,
    pub(super) is_current: bool,
}

/// The open sessions of a person; his current one first, the others in their order.
pub(super) async fn rows(visitor: &Visitor, session: &BrowserSession) -> Result<Vec<SessionRow>, PageError> {
    let mut open = visitor.pages.sign_in.sessions.open_sessions(session.user.id).await?;
    open.sort_by_key(|open| open.id != session.id);
    Ok(open.iter().map(|open| row(&visitor.words, open, session.id)).collect())
}

fn row(words: &Words, session: &OpenSession, current: Uuid) -> SessionRow {
    let kind = if session.is_browser { words.get("session-browser") } else { words.get("session-api") };
    let device = session.context.user_agent.as_deref().map(device);
    SessionRow {
        id: session.id,
        device: device.map_or_else(|| kind.clone(), |device| format!("{kind}: {device}")),
        seen: words.moment(session.seen_at),
        began: words.moment(session.created_at),
        address: session.context.address.clone().unwrap_or_else(|| words.get("session-unknown")),
        is_current: session.id == current,
    }
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
