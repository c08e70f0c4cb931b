//! `GET /account`: who is signed in, which apps act for him, and where else he is signed in.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::Dashboard;
use super::connected_apps::{self, ConnectedApp, WITHDRAW};
use super::navigation::Section;
use super::password::CHANGE_PASSWORD;
use super::person::Person;
use super::sessions::{self, END_SESSIONS, SessionRow};
use crate::http::pairs;
use crate::pages::{Frame, PageError};

#[derive(Template)]
#[template(path = "account.html", config = ".askama.toml")]
struct AccountTemplate<'a> {
    frame: Frame<'a>,
    done: Option<String>,
    /// Why the password was not changed.
    problem: Option<String>,
    password_token: String,
    name: &'a str,
    email: &'a str,
    apps: Vec<ConnectedApp>,
    withdraw_token: String,
    sessions: Vec<SessionRow>,
    form_token: String,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    person: Person,
    RawQuery(query): RawQuery,
) -> Response {
    person.visitor.answer(account(&dashboard, &person, &query.unwrap_or_default()).await)
}

async fn account(dashboard: &Dashboard, person: &Person, query: &str) -> Result<Response, PageError> {
    let query = pairs::parse(query.as_bytes())?;
    let words = &person.visitor.words;
    let done = query.get("done").and_then(|done| match done.as_str() {
        "app" => Some(words.get("apps-withdrawn")),
        "session" => Some(words.get("session-ended")),
        "others" => Some(words.get("sessions-others-ended")),
        _ => None,
    });
    page(dashboard, person, (done, None), StatusCode::OK).await
}

/// The page again, with why the password was not changed.
pub(super) async fn again(
    dashboard: &Dashboard,
    person: &Person,
    (problem, status): (&str, StatusCode),
) -> Result<Response, PageError> {
    page(dashboard, person, (None, Some(person.visitor.words.get(problem))), status).await
}

async fn page(
    dashboard: &Dashboard,
    person: &Person,
    (done, problem): (Option<String>, Option<String>),
    status: StatusCode,
) -> Result<Response, PageError> {
    let Person { visitor, session, .. } = person;
    let template = AccountTemplate {
        // Without what was just done: another language does not do it again.
        frame: person.frame_at(Section::Account, "/account"),
        done,
        problem,
        password_token: visitor.form_token(CHANGE_PASSWORD),
        name: &session.user.name,
        email: &session.user.email,
        apps: connected_apps::rows(dashboard, visitor, session).await?,
        withdraw_token: visitor.form_token(WITHDRAW),
        sessions: sessions::rows(visitor, session).await?,
        form_token: visitor.form_token(END_SESSIONS),
    };
    Ok(visitor.dashboard_page(status, &template))
}
