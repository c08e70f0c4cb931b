//! `GET` and `POST …/apps/{app_id}/rotate`: a new secret, and how long the old one still works. `POST …/end-overlap`: no longer.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use routix_domain::app::AppEvent;
use routix_domain::history::What;
use routix_domain::log::Actor;
use routix_domain::value::{Acceptance, Secrets};
use routix_projections::app_list::{self, AppRow};

use super::secret_page::{self, NewSecret, OldSecret};
use super::secrets::{SecretView, Uses, accepted};
use super::seen;
use crate::commands::{CommandError, Secret};
use crate::dashboard::Dashboard;
use crate::dashboard::confirm::{self, Problem};
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::pages::{Form, Frame, PageError, see_other};

/// The purpose of the form that rotates, and of the one that ends an overlap.
const ROTATE: &str = "rotate secret";
pub(super) const END_OVERLAP: &str = "end overlap";
/// The overlaps that are offered, in seconds, with the key of their words.
const OVERLAPS: [(u32, &str); 5] = [
    (0, "rotate-at-once"),
    (3_600, "rotate-hour"),
    (86_400, "rotate-day"),
    (3 * 86_400, "rotate-days"),
    (7 * 86_400, "rotate-week"),
];

#[derive(Template)]
#[template(path = "app_rotate.html", config = ".askama.toml")]
struct RotateTemplate<'a> {
    frame: Frame<'a>,
    app: &'a AppRow,
    back: String,
    action: String,
    secrets: Vec<SecretView>,
    overlaps: Vec<Overlap>,
    problem: Option<Problem>,
    /// The sequence of the app that he has seen: a wrong password shows him nothing new.
    seen: u64,
    form_token: String,
    user_name: &'a str,
}

struct Overlap {
    seconds: u32,
    text: String,
    is_chosen: bool,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id)): Path<(String, String)>,
) -> Response {
    insider.visitor().answer(page((&dashboard, &insider), &app_id, None, (0, None)).await)
}

async fn page(
    (dashboard, insider): (&Dashboard, &Insider),
    app_id: &str,
    problem: Option<Problem>,
    (chosen, seen): (u32, Option<u64>),
) -> Result<Response, PageError> {
    let app = insider.app(dashboard, app_id).await?;
    insider.must_manage()?;
    if app.secrets.current().is_none() {
        return Err(PageError::NotFound);
    }
    let words = &insider.visitor().words;
    let uses = Uses::of(dashboard, &app).await?;
    let action = insider.app_path(app.app_id, "/rotate");
    let overlap = |(seconds, key)| Overlap { seconds, text: words.get(key), is_chosen: seconds == chosen };
    let template = RotateTemplate {
        frame: insider.frame_at(Section::Apps, &action),
        back: insider.app_path(app.app_id, ""),
        action,
        secrets: accepted(&app.secrets, &uses, words, dashboard.system.now()),
        overlaps: OVERLAPS.map(overlap).into(),
        problem,
        seen: seen.unwrap_or(app.sequence),
        form_token: insider.visitor().form_token(ROTATE),
        user_name: &insider.person.session.user.email,
        app: &app,
    };
    let status = problem.map_or(StatusCode::OK, Problem::status);
    Ok(insider.visitor().dashboard_page(status, &template))
}

pub(super) async fn submit(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id)): Path<(String, String)>,
    request: Request,
) -> Response {
    insider.visitor().answer(rotate(&dashboard, &insider, &app_id, request).await)
}

async fn rotate(
    dashboard: &Dashboard,
    insider: &Insider,
    app_id: &str,
    request: Request,
) -> Result<Response, PageError> {
    let form = Form::read(insider.visitor(), request).await?;
    form.session(insider.visitor(), ROTATE)?;
    let app = insider.app(dashboard, app_id).await?;
    insider.must_manage()?;
    let seen = seen::of_form(&form)?;
    let overlap = form.required("overlap")?.parse().map_err(|_| PageError::BadRequest)?;
    if !OVERLAPS.iter().any(|(seconds, _)| *seconds == overlap) {
        return Err(PageError::BadRequest);
    }
    let again = |problem, seen| page((dashboard, insider), app_id, Some(problem), (overlap, seen));
    if let Err(problem) = confirm::password(&insider.person, &form).await? {
        return again(problem, Some(seen)).await;
    }
    let origin = insider.person.origin(dashboard);
    match dashboard.commands.rotate_secret((app.app_id, Some(seen)), overlap, &origin).await {
        Ok(secret) => answer(dashboard, insider, &app, &secret).await,
        Err(CommandError::Conflict) if has_rotated(dashboard, insider, &app, seen).await? => {
            again(Problem::DoneBefore, None).await
        }
        Err(CommandError::Conflict) => again(Problem::Changed, None).await,
        Err(error) => Err(error.into()),
    }
}

/// Whether the first thing that has happened to the app since the form was shown is that this very person rotated its secret: the
/// form came twice.
async fn has_rotated(dashboard: &Dashboard, insider: &Insider, app: &AppRow, seen: u64) -> Result<bool, PageError> {
    let history = dashboard.history.of_app(app.app_id).await?;
    let next = history.entries().iter().find(|entry| entry.app_sequence() == Some(seen + 1));
    let by_him = Actor::User(insider.person.session.user.id);
    Ok(next.is_some_and(|entry| {
        matches!(entry.what, What::App(AppEvent::SecretRotated { .. })) && entry.place.actor == by_him
    }))
}

async fn answer(
    dashboard: &Dashboard,
    insider: &Insider,
    before: &AppRow,
    secret: &Secret,
) -> Result<Response, PageError> {
    let client_id = before.client_id.to_string();
    let rotated = app_list::by_id(&dashboard.read, before.app_id).await?;
    let secrets = rotated.as_ref().map_or(&before.secrets.0, |app| &app.secrets.0);
    let new = NewSecret {
        app_name: &before.name,
        client_id: &client_id,
        app: insider.app_path(before.app_id, ""),
        secret,
        old: old(secrets, secret, insider, dashboard.system.now()),
    };
    Ok(secret_page::show(insider, new))
}

/// The secret before the new one.
fn old(secrets: &Secrets, new: &Secret, insider: &Insider, now: DateTime<Utc>) -> Option<OldSecret> {
    let fingerprint = new.fingerprint();
    let before = secrets.iter().take_while(|secret| secret.fingerprint != fingerprint).last()?;
    let ends = match before.acceptance {
        Acceptance::Until(end) if end > now + TimeDelta::seconds(1) => Some(insider.visitor().words.moment(end)),
        Acceptance::Until(_) | Acceptance::Current | Acceptance::Ended(_) => None,
    };
    Some(OldSecret { last4: before.fingerprint.last4.clone(), ends })
}

/// Ends the overlap of the last rotation now. One that is over already is what was wanted.
pub(super) async fn end_overlap(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id)): Path<(String, String)>,
    request: Request,
) -> Response {
    insider.visitor().answer(end(&dashboard, &insider, &app_id, request).await)
}

async fn end(dashboard: &Dashboard, insider: &Insider, app_id: &str, request: Request) -> Result<Response, PageError> {
    let form = Form::read(insider.visitor(), request).await?;
    form.session(insider.visitor(), END_OVERLAP)?;
    let app = insider.app(dashboard, app_id).await?;
    insider.must_manage()?;
    let ids = (app.app_id, Some(seen::of_form(&form)?));
    let done = match dashboard.commands.end_overlap(ids, &insider.person.origin(dashboard)).await {
        Ok(_) => "?done=overlap-ended",
        // The overlap may be another one by now, and its secret another one that works.
        Err(CommandError::Conflict) => "?done=nothing",
        Err(error) => return Err(error.into()),
    };
    Ok(see_other(&insider.app_path(app.app_id, done)))
}
