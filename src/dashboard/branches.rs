//! `GET /organizations/{organization_id}/branches`: the branches that one reaches, with the public id that goes into URLs.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use routix_projections::app_list;
use routix_projections::branches::{self, BranchRow};

use super::Dashboard;
use super::navigation::Section;
use super::person::Insider;
use crate::pages::{Frame, PageError, Stamp};

#[derive(Template)]
#[template(path = "branches.html", config = ".askama.toml")]
struct BranchesTemplate<'a> {
    frame: Frame<'a>,
    branches: Vec<BranchLine>,
}

struct BranchLine {
    name: String,
    public_id: String,
    opened: Stamp,
    closed: Option<Stamp>,
    /// How many apps reach it, as far as one sees them.
    apps: usize,
}

pub(super) async fn show(State(dashboard): State<Arc<Dashboard>>, insider: Insider) -> Response {
    insider.visitor().answer(page(&dashboard, &insider).await)
}

async fn page(dashboard: &Dashboard, insider: &Insider) -> Result<Response, PageError> {
    let organization_id = insider.organization.organization_id;
    let words = &insider.visitor().words;
    let mut rows = branches::of_organization(&dashboard.read, organization_id).await?;
    rows.retain(|branch| insider.member.branches.allows(branch.branch_id));
    let mut apps = app_list::of_organization(&dashboard.read, organization_id).await?;
    apps.retain(|app| insider.sees(app));
    let line = |branch: BranchRow| BranchLine {
        opened: words.moment(branch.opened_at),
        closed: branch.closed_at.map(|time| words.moment(time)),
        apps: apps.iter().filter(|app| app.allowed_branches.allows(branch.branch_id)).count(),
        name: branch.name,
        public_id: branch.public_id,
    };
    let branches = rows.into_iter().map(line).collect();
    Ok(insider.page(&BranchesTemplate { frame: insider.frame(Section::Branches), branches }))
}
