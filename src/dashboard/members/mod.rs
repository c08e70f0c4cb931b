//! The members of an organization: who they are, and what an owner or admin can change about one.

mod list;
mod one;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use routix_domain::organization::{Member, Role};
use routix_projections::members::MemberRow;

use super::Dashboard;
use super::person::Insider;

/// Every page of members, one line a path.
pub(super) fn router() -> Router<Arc<Dashboard>> {
    Router::new()
        .route("/organizations/{organization_id}/members", get(list::show))
        .route("/organizations/{organization_id}/members/{user_id}", get(one::show))
        .route("/organizations/{organization_id}/members/{user_id}/role", post(one::change_role))
        .route("/organizations/{organization_id}/members/{user_id}/remove", post(one::remove))
}

/// Whether this member may change that one, as far as the read models know; the organization's own stream decides.
fn may_change(insider: &Insider, other: &MemberRow) -> bool {
    member(&insider.member).may_change(&member(other))
}

/// The roles that this member may give.
fn roles(insider: &Insider) -> Vec<Role> {
    let all = [Role::Owner, Role::Admin, Role::Member, Role::Viewer];
    all.into_iter().filter(|role| member(&insider.member).may_give(*role)).collect()
}

fn member(row: &MemberRow) -> Member {
    Member { role: row.role.0, branches: row.branches.0.clone() }
}

/// The key of the name of a role.
fn role_words(role: Role) -> &'static str {
    match role {
        Role::Owner => "role-owner",
        Role::Admin => "role-admin",
        Role::Member => "role-member",
        Role::Viewer => "role-viewer",
    }
}

/// The key of what a role can do.
fn role_meaning(role: Role) -> &'static str {
    match role {
        Role::Owner => "role-owner-may",
        Role::Admin => "role-admin-may",
        Role::Member => "role-member-may",
        Role::Viewer => "role-viewer-may",
    }
}
