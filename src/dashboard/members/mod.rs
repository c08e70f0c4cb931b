//! The members of an organization: who they are, and what an owner or admin can change about one.

mod list;
mod member;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use routix_domain::organization::Role;
use routix_projections::members::MemberRow;

use super::Dashboard;
use super::person::Insider;

/// Every page of members, one line a path.
pub(super) fn router() -> Router<Arc<Dashboard>> {
    Router::new()
        .route("/organizations/{organization_id}/members", get(list::show))
        .route("/organizations/{organization_id}/members/{user_id}", get(member::show))
        .route("/organizations/{organization_id}/members/{user_id}/role", post(member::change_role))
        .route("/organizations/{organization_id}/members/{user_id}/remove", post(member::remove))
}

/// Whether this member may change that one: admins leave owners alone, and who is limited to some branches changes those who
/// reach no others.
fn may_change(insider: &Insider, other: &MemberRow) -> bool {
    let outranks = insider.member.role.0 == Role::Owner || other.role.0 != Role::Owner;
    insider.manages() && outranks && insider.member.branches.covers(&other.branches)
}

/// The roles that this member may give: nobody makes another more than he is.
fn roles(insider: &Insider) -> Vec<Role> {
    let all = [Role::Owner, Role::Admin, Role::Member, Role::Viewer];
    all.into_iter().filter(|role| *role != Role::Owner || insider.member.role.0 == Role::Owner).collect()
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
