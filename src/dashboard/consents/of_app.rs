//! `GET …/apps/{app_id}/consents`: who lets an app act for him here. `POST …/withdraw`: one of them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, Request, State};
use axum::response::Response;
use routix_projections::app_list::AppRow;
use routix_projections::consents;

use super::rows::{self, ConsentLine, WITHDRAW};
use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::http::pairs;
use crate::pages::{Form, Frame, PageError, see_other};

#[derive(Template)]
#[template(path = "app_consents.html", config = ".askama.toml")]
struct AppConsentsTemplate<'a> {
    frame: Frame<'a>,
    app: &'a AppRow,
    path: String,
    consents: Vec<ConsentLine>,
    manages: bool,
    is_done: bool,
    form_token: String,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    insider.visitor().answer(page((&dashboard, &insider), &app_id, query.as_deref()).await)
}

async fn page(
    (dashboard, insider): (&Dashboard, &Insider),
    app_id: &str,
    query: Option<&str>,
) -> Result<Response, PageError> {
    let app = insider.app(dashboard, app_id).await?;
    let query = pairs::parse(query.unwrap_or_default().as_bytes())?;
    let path = insider.app_path(app.app_id, "");
    let template = AppConsentsTemplate {
        frame: insider.frame_at(Section::Apps, &format!("{path}/consents")),
        consents: given(dashboard, insider, &app).await?,
        manages: insider.manages(),
        is_done: query.contains_key("done"),
        form_token: insider.visitor().form_token(WITHDRAW),
        path,
        app: &app,
    };
    Ok(insider.page(&template))
}

/// The consents to an app that he sees.
pub(super) async fn given(
    dashboard: &Dashboard,
    insider: &Insider,
    app: &AppRow,
) -> Result<Vec<ConsentLine>, PageError> {
    rows::lines(dashboard, insider, consents::of_app(&dashboard.read, app.app_id).await?).await
}

pub(super) async fn withdraw(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id)): Path<(String, String)>,
    request: Request,
) -> Response {
    insider.visitor().answer(withdraw_one(&dashboard, &insider, &app_id, request).await)
}

async fn withdraw_one(
    dashboard: &Dashboard,
    insider: &Insider,
    app_id: &str,
    request: Request,
) -> Result<Response, PageError> {
    let form = Form::read(insider.visitor(), request).await?;
    let app = insider.app(dashboard, app_id).await?;
    rows::withdraw(dashboard, insider, &form, Some(&app)).await?;
    Ok(see_other(&insider.app_path(app.app_id, "/consents?done=withdrawn")))
}
