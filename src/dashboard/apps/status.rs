//! `…/apps/{app_id}/revoke`, `/cut-off` and `/reactivate`: whether the app gets tokens, and whether those that are out work.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::app::{AppChange, Status, StatusChange};
use routix_projections::app_list::AppRow;
use routix_projections::consents;

use super::form::lifetime_text;
use super::seen;
use crate::commands::CommandError;
use crate::commands::register_app::RegisterAppError;
use crate::dashboard::Dashboard;
use crate::dashboard::confirm::{self, Problem};
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::pages::{Form, Frame, PageError, see_other};

/// What can be done to the status of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Revoke,
    CutOff,
    Reactivate,
}

impl Act {
    /// The end of its path, the purpose of its form, and how its words begin.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::CutOff => "cut-off",
            Self::Reactivate => "reactivate",
        }
    }

    fn change(self) -> StatusChange {
        match self {
            Self::Revoke => StatusChange::Revoke,
            Self::CutOff => StatusChange::RevokeAndCutOff,
            Self::Reactivate => StatusChange::Reactivate,
        }
    }

    /// Whether it makes sense for an app of this status: a revoked app can have tokens that are out.
    fn fits(self, status: Status) -> bool {
        match self {
            Self::Revoke => status == Status::Active,
            Self::CutOff => true,
            Self::Reactivate => status == Status::Revoked,
        }
    }
}

#[derive(Template)]
#[template(path = "app_status.html", config = ".askama.toml")]
struct StatusTemplate<'a> {
    frame: Frame<'a>,
    act: Act,
    app: &'a AppRow,
    back: String,
    action: String,
    /// How long a token lives at most.
    lifetime: String,
    /// How many people let the app act for them here.
    consents: usize,
    problem: Option<Problem>,
    /// The sequence of the app that he has seen: a wrong password shows him nothing new.
    seen: u64,
    form_token: String,
    user_name: &'a str,
}

type Named = Path<(String, String)>;
type Shared = State<Arc<Dashboard>>;

pub(super) async fn show_revoke(dashboard: Shared, insider: Insider, app_id: Named) -> Response {
    show(dashboard, insider, app_id, Act::Revoke).await
}

pub(super) async fn show_cut_off(dashboard: Shared, insider: Insider, app_id: Named) -> Response {
    show(dashboard, insider, app_id, Act::CutOff).await
}

pub(super) async fn show_reactivate(dashboard: Shared, insider: Insider, app_id: Named) -> Response {
    show(dashboard, insider, app_id, Act::Reactivate).await
}

async fn show(State(dashboard): Shared, insider: Insider, Path((_, app_id)): Named, act: Act) -> Response {
    insider.visitor().answer(page((&dashboard, &insider), &app_id, (act, None), None).await)
}

async fn page(
    (dashboard, insider): (&Dashboard, &Insider),
    app_id: &str,
    (act, seen): (Act, Option<u64>),
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let app = insider.app(dashboard, app_id).await?;
    insider.must_manage()?;
    if !act.fits(app.status.0) {
        // It was done already, perhaps by somebody else: the page of the app shows it.
        return Ok(see_other(&insider.app_path(app.app_id, "")));
    }
    let words = &insider.visitor().words;
    let mut consents = consents::of_app(&dashboard.read, app.app_id).await?;
    consents.retain(|consent| consent.organization_id == app.organization_id);
    let action = insider.app_path(app.app_id, &format!("/{}", act.name()));
    let template = StatusTemplate {
        frame: insider.frame_at(Section::Apps, &action),
        act,
        back: insider.app_path(app.app_id, ""),
        action,
        lifetime: lifetime_text(words, &app.token_lifetime.to_string()),
        consents: consents.len(),
        problem,
        seen: seen.unwrap_or(app.sequence),
        form_token: insider.visitor().form_token(act.name()),
        user_name: &insider.person.session.user.email,
        app: &app,
    };
    let status = problem.map_or(StatusCode::OK, Problem::status);
    Ok(insider.visitor().dashboard_page(status, &template))
}

pub(super) async fn revoke(dashboard: Shared, insider: Insider, app_id: Named, request: Request) -> Response {
    submit(dashboard, insider, app_id, (Act::Revoke, request)).await
}

pub(super) async fn cut_off(dashboard: Shared, insider: Insider, app_id: Named, request: Request) -> Response {
    submit(dashboard, insider, app_id, (Act::CutOff, request)).await
}

pub(super) async fn reactivate(dashboard: Shared, insider: Insider, app_id: Named, request: Request) -> Response {
    submit(dashboard, insider, app_id, (Act::Reactivate, request)).await
}

async fn submit(
    State(dashboard): Shared,
    insider: Insider,
    Path((_, app_id)): Named,
    (act, request): (Act, Request),
) -> Response {
    insider.visitor().answer(change((&dashboard, &insider), &app_id, act, request).await)
}

async fn change(
    (dashboard, insider): (&Dashboard, &Insider),
    app_id: &str,
    act: Act,
    request: Request,
) -> Result<Response, PageError> {
    let form = Form::read(insider.visitor(), request).await?;
    form.session(insider.visitor(), act.name())?;
    let app = insider.app(dashboard, app_id).await?;
    insider.must_manage()?;
    let seen = seen::of_form(&form)?;
    if let Err(problem) = confirm::password(&insider.person, &form).await? {
        return page((dashboard, insider), app_id, (act, Some(seen)), Some(problem)).await;
    }
    let change = AppChange { status: Some(act.change()), ..AppChange::default() };
    let (ids, origin) = ((app.organization_id, app.app_id), insider.person.origin(dashboard));
    match dashboard.commands.change_app(ids, Some(seen), change, &origin).await {
        Ok(_) => Ok(see_other(&insider.app_path(app.app_id, &format!("?done={}", act.name())))),
        Err(RegisterAppError::Command(CommandError::Conflict)) => {
            page((dashboard, insider), app_id, (act, None), Some(Problem::Changed)).await
        }
        Err(RegisterAppError::Command(error)) => Err(error.into()),
        Err(RegisterAppError::Read(error)) => Err(error.into()),
        Err(error @ (RegisterAppError::KeyReused | RegisterAppError::UnknownBranch(_))) => {
            Err(PageError::Internal(Box::new(error)))
        }
    }
}
