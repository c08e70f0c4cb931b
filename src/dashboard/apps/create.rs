//! `GET` and `POST /organizations/{organization_id}/apps/new`: the form of the setup guide, and what comes of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::value::{BranchRestriction, Fault};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::form::{AppForm, Branches};
use super::secret_page::{self, NewSecret};
use super::typed::{MAX_FORM, Typed};
use crate::app_fields::{Fields, new_app};
use crate::commands::register_app::{Idempotency, NewApp, RegisterAppError, RegisteredApp};
use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::hex;
use crate::pages::{Form, Frame, PageError, see_other};

/// The purpose of the form.
const REGISTER: &str = "register app";

#[derive(Template)]
#[template(path = "app_new.html", config = ".askama.toml")]
struct NewTemplate<'a> {
    frame: Frame<'a>,
    form: AppForm,
    action: String,
    apps: String,
    form_token: String,
    /// Makes this form the same one however often it is sent.
    form_key: String,
    /// The form was sent before, with something else in it.
    is_used: bool,
}

/// What is wrong with a form that was sent, and what stands in it.
struct Again {
    typed: Typed,
    faults: Vec<Fault>,
    form_key: String,
    is_used: bool,
}

pub(super) async fn show(State(dashboard): State<Arc<Dashboard>>, insider: Insider) -> Response {
    let every = insider.member.branches.0 == BranchRestriction::All;
    let form_key = dashboard.system.id().to_string();
    let blank = Again { typed: Typed::blank(every), faults: Vec::new(), form_key, is_used: false };
    insider.visitor().answer(page(&dashboard, &insider, blank).await)
}

async fn page(dashboard: &Dashboard, insider: &Insider, again: Again) -> Result<Response, PageError> {
    insider.must_manage()?;
    let branches = Branches::of(dashboard, insider).await?;
    let Again { typed, faults, form_key, is_used } = again;
    let status = match (faults.is_empty(), is_used) {
        (true, false) => StatusCode::OK,
        (false, false) => StatusCode::BAD_REQUEST,
        (_, true) => StatusCode::CONFLICT,
    };
    let action = insider.path("/apps/new");
    let template = NewTemplate {
        frame: insider.frame_at(Section::Apps, &action),
        form: AppForm::new((dashboard, insider), &branches, typed, &faults, true),
        apps: insider.path("/apps"),
        form_token: insider.visitor().form_token(REGISTER),
        action,
        form_key,
        is_used,
    };
    Ok(insider.visitor().dashboard_page(status, &template))
}

/// Registers the app and shows its secret. The same form sent twice registers one app.
pub(super) async fn submit(State(dashboard): State<Arc<Dashboard>>, insider: Insider, request: Request) -> Response {
    insider.visitor().answer(register(&dashboard, &insider, request).await)
}

async fn register(dashboard: &Dashboard, insider: &Insider, request: Request) -> Result<Response, PageError> {
    let form = Form::read_up_to(insider.visitor(), request, MAX_FORM).await?;
    form.session(insider.visitor(), REGISTER)?;
    insider.must_manage()?;
    let typed = Typed::of_form(&form)?;
    let form_key = form.required("form_key")?.to_owned();
    match registered(dashboard, insider, &typed, &form_key).await {
        Ok(registered) => Ok(answer(insider, &registered)),
        Err(Refusal::Faults(faults)) => {
            page(dashboard, insider, Again { typed, faults, form_key, is_used: false }).await
        }
        Err(Refusal::Used) => {
            // With a key of its own, what stands in it can be sent as another app.
            let form_key = dashboard.system.id().to_string();
            page(dashboard, insider, Again { typed, faults: Vec::new(), form_key, is_used: true }).await
        }
        Err(Refusal::Error(error)) => Err(error),
    }
}

/// Why a form registered nothing.
enum Refusal {
    Faults(Vec<Fault>),
    Used,
    Error(PageError),
}

impl From<PageError> for Refusal {
    fn from(error: PageError) -> Self {
        Self::Error(error)
    }
}

impl From<RegisterAppError> for Refusal {
    fn from(error: RegisterAppError) -> Self {
        match error {
            RegisterAppError::UnknownBranch(_) => Self::Faults(vec![unknown_branch()]),
            RegisterAppError::KeyReused => Self::Used,
            RegisterAppError::Command(error) => Self::Error(error.into()),
            RegisterAppError::Read(error) => Self::Error(error.into()),
        }
    }
}

/// The branch was closed while the form was open.
pub(super) fn unknown_branch() -> Fault {
    Fault::new("allowed_branch_ids", "unknown_branch", "the organization has no such open branch")
}

async fn registered(
    dashboard: &Dashboard,
    insider: &Insider,
    typed: &Typed,
    form_key: &str,
) -> Result<RegisteredApp, Refusal> {
    let organization_id = insider.organization.organization_id;
    let members = typed.members();
    let fingerprint = hex::encode(&Sha256::digest(Value::Object(members.clone()).to_string()));
    let idempotency = Idempotency {
        owner: insider.person.session.user.id,
        key: format!("form:{organization_id}:{form_key}"),
        request_fingerprint: fingerprint,
    };
    // Before the fields are judged: what has become of a branch since must not hide the app.
    if let Some(before) = dashboard.commands.registered_before(organization_id, &idempotency).await? {
        return Ok(before);
    }
    let open = Branches::of(dashboard, insider).await?.open();
    let within = (organization_id, open.as_slice());
    let read = new_app(Fields::new(members), &dashboard.scopes, within, Some(idempotency));
    let new = judged(read.map_err(|faults| faults.into_vec()), insider, typed).map_err(Refusal::Faults)?;
    Ok(dashboard.commands.register_app(new, &insider.person.origin(dashboard)).await?)
}

/// The rules of the form beside those of the API.
fn judged(read: Result<NewApp, Vec<Fault>>, insider: &Insider, typed: &Typed) -> Result<NewApp, Vec<Fault>> {
    let own = branch_fault(insider, typed);
    match (read, own) {
        (Ok(new), None) => Ok(new),
        (Ok(_), Some(own)) => Err(vec![own]),
        (Err(faults), own) => Err(with_own(faults, own)),
    }
}

/// What the form says of branches is said instead of what the API says of them.
pub(super) fn with_own(mut faults: Vec<Fault>, own: Option<Fault>) -> Vec<Fault> {
    if let Some(own) = own {
        faults.retain(|fault| !fault.field.starts_with("allowed_branch_ids"));
        faults.push(own);
    }
    faults
}

/// What is wrong with the choice of branches: none is ticked, or they are more than his own.
pub(super) fn branch_fault(insider: &Insider, typed: &Typed) -> Option<Fault> {
    let fault = |code, message: &str| Some(Fault::new("allowed_branch_ids", code, message));
    if typed.names_no_branch() {
        return fault("required", "name at least one branch");
    }
    let wanted = match typed.every_branch {
        true => BranchRestriction::All,
        false => BranchRestriction::Only(typed.branches.iter().copied().collect()),
    };
    if insider.member.branches.covers(&wanted) {
        None
    } else {
        fault("not_covered", "the app would reach more branches than you")
    }
}

fn answer(insider: &Insider, registered: &RegisteredApp) -> Response {
    let details = &registered.app.details;
    let app = insider.app_path(registered.app_id, "");
    match &registered.secret {
        Some(secret) => {
            let client_id = details.client_id.to_string();
            let new = NewSecret { app_name: &details.name, client_id: &client_id, app, secret, old: None };
            secret_page::show(insider, new)
        }
        None if registered.repeated => see_other(&format!("{app}?done=registered-before")),
        None => see_other(&format!("{app}?done=registered")),
    }
}
