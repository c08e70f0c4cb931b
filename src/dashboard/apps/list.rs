//! `GET /organizations/{organization_id}/apps`.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use routix_domain::app::Status;
use routix_domain::log::Actor;
use routix_domain::value::Action;
use routix_projections::app_list::{self, AppRow};

use super::secrets::{LastUse, Uses};
use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::history::ActorNames;
use crate::pages::scopes::groups;
use crate::pages::{Frame, PageError, Stamp};

#[derive(Template)]
#[template(path = "apps.html", config = ".askama.toml")]
struct AppsTemplate<'a> {
    frame: Frame<'a>,
    apps: Vec<AppLine>,
    /// Where a new one is made, for who may.
    new: Option<String>,
}

/// An app in the list.
struct AppLine {
    href: String,
    name: String,
    is_active: bool,
    has_secret: bool,
    scopes: usize,
    /// The kinds of record that it reaches.
    resources: String,
    writes: bool,
    last_use: Option<LastUse>,
    created: Stamp,
    created_by: Option<String>,
}

pub(super) async fn show(State(dashboard): State<Arc<Dashboard>>, insider: Insider) -> Response {
    insider.visitor().answer(list(&dashboard, &insider).await)
}

async fn list(dashboard: &Dashboard, insider: &Insider) -> Result<Response, PageError> {
    let mut apps = app_list::of_organization(&dashboard.read, insider.organization.organization_id).await?;
    apps.retain(|app| insider.sees(app));
    let makers: Vec<Actor> = apps.iter().filter_map(|app| app.created_by.map(Actor::User)).collect();
    let makers: Vec<&Actor> = makers.iter().collect();
    let names = dashboard.history.actor_names(&makers, &insider.sight()).await?;
    let mut lines = Vec::with_capacity(apps.len());
    for app in &apps {
        lines.push(line(dashboard, insider, app, &names).await?);
    }
    let new = insider.manages().then(|| insider.path("/apps/new"));
    Ok(insider.page(&AppsTemplate { frame: insider.frame(Section::Apps), apps: lines, new }))
}

async fn line(
    dashboard: &Dashboard,
    insider: &Insider,
    app: &AppRow,
    names: &ActorNames,
) -> Result<AppLine, PageError> {
    let words = &insider.visitor().words;
    let uses = Uses::of(dashboard, app).await?;
    Ok(AppLine {
        href: insider.app_path(app.app_id, ""),
        name: app.name.clone(),
        is_active: app.status.0 == Status::Active,
        has_secret: app.secrets.current().is_some(),
        scopes: app.allowed_scopes.iter().count(),
        resources: resources(insider, app),
        writes: app.allowed_scopes.iter().any(|scope| scope.action() == Action::Write),
        last_use: uses.last(&app.secrets, words),
        created: words.moment(app.created_at),
        created_by: app.created_by.and_then(|id| names.of(&Actor::User(id)).map(str::to_owned)),
    })
}

fn resources(insider: &Insider, app: &AppRow) -> String {
    let visitor = insider.visitor();
    let groups = groups(&visitor.words, &visitor.pages.scope_texts, &app.allowed_scopes);
    groups.into_iter().map(|group| group.resource).collect::<Vec<_>>().join(", ")
}
