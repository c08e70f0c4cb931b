//! `GET` and `POST …/apps/{app_id}/consents/withdraw-all`.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use routix_projections::app_list::AppRow;

use super::of_app::given;
use crate::dashboard::Dashboard;
use crate::dashboard::confirm::{self, Problem};
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::pages::{Form, Frame, PageError, see_other};

/// The purpose of the form.
const WITHDRAW_ALL: &str = "withdraw every consent";

#[derive(Template)]
#[template(path = "app_withdraw_all.html", config = ".askama.toml")]
struct WithdrawAllTemplate<'a> {
    frame: Frame<'a>,
    app: &'a AppRow,
    path: String,
    count: usize,
    problem: Option<Problem>,
    form_token: String,
    user_name: &'a str,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id)): Path<(String, String)>,
) -> Response {
    insider.visitor().answer(page(&dashboard, &insider, &app_id, None).await)
}

async fn page(
    dashboard: &Dashboard,
    insider: &Insider,
    app_id: &str,
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let app = insider.app(dashboard, app_id).await?;
    insider.must_manage()?;
    let path = insider.app_path(app.app_id, "/consents");
    let template = WithdrawAllTemplate {
        frame: insider.frame_at(Section::Apps, &format!("{path}/withdraw-all")),
        count: given(dashboard, insider, &app).await?.len(),
        problem,
        form_token: insider.visitor().form_token(WITHDRAW_ALL),
        user_name: &insider.person.session.user.email,
        path,
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
    insider.visitor().answer(withdraw(&dashboard, &insider, &app_id, request).await)
}

async fn withdraw(
    dashboard: &Dashboard,
    insider: &Insider,
    app_id: &str,
    request: Request,
) -> Result<Response, PageError> {
    let form = Form::read(insider.visitor(), request).await?;
    form.session(insider.visitor(), WITHDRAW_ALL)?;
    let app = insider.app(dashboard, app_id).await?;
    insider.must_manage()?;
    if let Err(problem) = confirm::password(&insider.person, &form).await? {
        return page(dashboard, insider, app_id, Some(problem)).await;
    }
    let origin = insider.person.origin(dashboard);
    for consent in given(dashboard, insider, &app).await? {
        dashboard.commands.withdraw_consent(consent.consent_id, &origin).await?;
    }
    Ok(see_other(&insider.app_path(app.app_id, "/consents?done=withdrawn")))
}
