//! `GET /organizations/{organization_id}/members`.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use routix_domain::value::BranchRestriction;
use routix_projections::branches;
use routix_projections::members::{self, MemberRow};

use super::{may_change, role_meaning, role_words};
use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::pages::{Frame, PageError, Stamp};

#[derive(Template)]
#[template(path = "members.html", config = ".askama.toml")]
struct MembersTemplate<'a> {
    frame: Frame<'a>,
    members: Vec<MemberLine>,
    manages: bool,
}

struct MemberLine {
    name: String,
    /// For owners and admins only.
    email: Option<String>,
    is_oneself: bool,
    is_locked_out: bool,
    role: String,
    meaning: String,
    /// The names of the branches to which he is limited; none for every branch.
    branches: Option<String>,
    since: Stamp,
    /// Where he is changed, for who may.
    change: Option<String>,
}

pub(super) async fn show(State(dashboard): State<Arc<Dashboard>>, insider: Insider) -> Response {
    insider.visitor().answer(page(&dashboard, &insider).await)
}

async fn page(dashboard: &Dashboard, insider: &Insider) -> Result<Response, PageError> {
    let mut lines = Vec::new();
    for member in members::of_organization(&dashboard.read, insider.organization.organization_id).await? {
        lines.push(line(dashboard, insider, &member).await?);
    }
    let frame = insider.frame(Section::Members);
    Ok(insider.page(&MembersTemplate { frame, members: lines, manages: insider.manages() }))
}

async fn line(dashboard: &Dashboard, insider: &Insider, member: &MemberRow) -> Result<MemberLine, PageError> {
    let words = &insider.visitor().words;
    let user = dashboard.identity.user(member.user_id).await?;
    let change = may_change(insider, member).then(|| insider.path(&format!("/members/{}", member.user_id)));
    Ok(MemberLine {
        name: user.as_ref().map_or_else(|| words.get("person-forgotten"), |user| user.name.clone()),
        email: user.as_ref().filter(|_| insider.manages()).map(|user| user.email.clone()),
        is_oneself: member.user_id == insider.person.session.user.id,
        is_locked_out: user.is_some_and(|user| user.disabled_at.is_some()),
        role: words.get(role_words(member.role.0)),
        meaning: words.get(role_meaning(member.role.0)),
        branches: branch_names(dashboard, member).await?,
        since: words.moment(member.added_at),
        change,
    })
}

/// The names of the branches to which a member is limited.
pub(super) async fn branch_names(dashboard: &Dashboard, member: &MemberRow) -> Result<Option<String>, PageError> {
    let BranchRestriction::Only(ids) = &member.branches.0 else { return Ok(None) };
    let all = branches::of_organization(&dashboard.read, member.organization_id).await?;
    let names = all.into_iter().filter(|branch| ids.contains(&branch.branch_id)).map(|branch| branch.name);
    Ok(Some(names.collect::<Vec<_>>().join(", ")))
}
