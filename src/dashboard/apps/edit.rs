//! `GET` and `POST …/apps/{app_id}/edit`.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::app::AppChange;
use routix_domain::value::Fault;
use routix_projections::app_list::AppRow;
use uuid::Uuid;

use super::create::{branch_fault, unknown_branch, with_own};
use super::form::{AppForm, Branches};
use super::seen;
use super::typed::{MAX_FORM, Typed};
use crate::app_fields::{Fields, read_change};
use crate::commands::CommandError;
use crate::commands::register_app::RegisterAppError;
use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::pages::{Form, Frame, PageError, see_other};

/// The purpose of the form.
const CHANGE: &str = "change app";

#[derive(Template)]
#[template(path = "app_edit.html", config = ".askama.toml")]
struct EditTemplate<'a> {
    frame: Frame<'a>,
    form: AppForm,
    app: String,
    action: String,
    form_token: String,
    /// The sequence of the app that this form shows.
    seen: u64,
    /// Where it is shown what somebody else changed while the form was open.
    changed: Option<String>,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id)): Path<(String, String)>,
) -> Response {
    insider.visitor().answer(blank(&dashboard, &insider, &app_id).await)
}

async fn blank(dashboard: &Dashboard, insider: &Insider, app_id: &str) -> Result<Response, PageError> {
    let app = insider.app(dashboard, app_id).await?;
    page((dashboard, insider), &app, Typed::of_app(&app), &[], None).await
}

async fn page(
    (dashboard, insider): (&Dashboard, &Insider),
    app: &AppRow,
    typed: Typed,
    faults: &[Fault],
    changed: Option<String>,
) -> Result<Response, PageError> {
    insider.must_manage()?;
    let branches = Branches::of(dashboard, insider).await?;
    let status = match (faults, &changed) {
        ([_, ..], _) => StatusCode::BAD_REQUEST,
        ([], Some(_)) => StatusCode::CONFLICT,
        ([], None) => StatusCode::OK,
    };
    let action = insider.app_path(app.app_id, "/edit");
    let template = EditTemplate {
        frame: insider.frame_at(Section::Apps, &action),
        form: AppForm::new((dashboard, insider), &branches, typed, faults, false),
        app: insider.app_path(app.app_id, ""),
        form_token: insider.visitor().form_token(CHANGE),
        action,
        seen: app.sequence,
        changed,
    };
    Ok(insider.visitor().dashboard_page(status, &template))
}

/// Changes what is different, all of it or nothing.
pub(super) async fn submit(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id)): Path<(String, String)>,
    request: Request,
) -> Response {
    insider.visitor().answer(change(&dashboard, &insider, &app_id, request).await)
}

async fn change(
    dashboard: &Dashboard,
    insider: &Insider,
    app_id: &str,
    request: Request,
) -> Result<Response, PageError> {
    let form = Form::read_up_to(insider.visitor(), request, MAX_FORM).await?;
    form.session(insider.visitor(), CHANGE)?;
    let app = insider.app(dashboard, app_id).await?;
    insider.must_manage()?;
    let (typed, seen) = (Typed::of_form(&form)?, seen::of_form(&form)?);
    let read = read(dashboard, insider, &app, &typed).await?;
    let outcome = match read {
        Ok(change) => {
            let ids = (app.organization_id, app.app_id);
            dashboard.commands.change_app(ids, Some(seen), change, &insider.person.origin(dashboard)).await
        }
        Err(faults) => {
            let changed = changed_since(insider, &app, seen);
            return page((dashboard, insider), &app, typed, &faults, changed).await;
        }
    };
    match outcome {
        Ok(_) => Ok(see_other(&insider.app_path(app.app_id, "?done=changed"))),
        Err(RegisterAppError::Command(CommandError::Conflict)) => {
            stale(dashboard, insider, app.app_id, (typed, seen)).await
        }
        Err(RegisterAppError::UnknownBranch(_)) => {
            let changed = changed_since(insider, &app, seen);
            page((dashboard, insider), &app, typed, &[unknown_branch()], changed).await
        }
        Err(RegisterAppError::Command(error)) => Err(error.into()),
        Err(RegisterAppError::Read(error)) => Err(error.into()),
        Err(error @ RegisterAppError::KeyReused) => Err(PageError::Internal(Box::new(error))),
    }
}

/// Somebody else was faster: what was typed stays, and the next try is made knowing it.
async fn stale(
    dashboard: &Dashboard,
    insider: &Insider,
    app_id: Uuid,
    (typed, seen): (Typed, u64),
) -> Result<Response, PageError> {
    let app = insider.app(dashboard, &app_id.to_string()).await?;
    let changed = changed_since(insider, &app, seen);
    page((dashboard, insider), &app, typed, &[], changed).await
}

/// Where it is shown what has changed since a form was shown, if anything has. The form that comes back is of the app as it
/// is now, so that it has to be said now.
fn changed_since(insider: &Insider, app: &AppRow, seen: u64) -> Option<String> {
    (seen != app.sequence).then(|| insider.app_path(app.app_id, &seen::difference(seen, app)))
}

/// What the form asks for. A choice of branches that is as it was is left alone, even when one of them is closed by now.
async fn read(
    dashboard: &Dashboard,
    insider: &Insider,
    app: &AppRow,
    typed: &Typed,
) -> Result<Result<AppChange, Vec<Fault>>, PageError> {
    let before = Typed::of_app(app);
    let keeps_branches =
        typed.every_branch == before.every_branch && (typed.every_branch || typed.branches == before.branches);
    let mut members = typed.members();
    members.remove("client_type");
    if keeps_branches {
        members.remove("allowed_branch_ids");
    }
    let open = Branches::of(dashboard, insider).await?.open();
    let mut fields = Fields::new(members);
    let change = read_change(&mut fields, &dashboard.scopes, app.client_type.0, Some(&open));
    let mut faults = fields.finish(&[]).into_vec();
    if !keeps_branches {
        faults = with_own(faults, branch_fault(insider, typed));
    }
    Ok(if faults.is_empty() { Ok(change) } else { Err(faults) })
}
