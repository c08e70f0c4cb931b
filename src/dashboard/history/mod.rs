//! What happened to an app and what it could do then, in words.
//!
//! Every member of its organization reads it; from where something was done is told to those who manage it. Deliberately
//! absent: the rules, which are in the domain, and how a past is read, which every surface shares.

mod diff;
mod event;
mod filter;
mod members;
mod past;
mod state;
mod telling;
#[cfg(test)]
mod tests;
mod timeline;
mod times;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::Dashboard;

pub(super) fn router() -> Router<Arc<Dashboard>> {
    Router::new()
        .route("/organizations/{organization_id}/apps/{app_id}/history", get(timeline::show))
        .route("/organizations/{organization_id}/apps/{app_id}/state", get(state::show))
        .route("/organizations/{organization_id}/apps/{app_id}/diff", get(diff::show))
        .route("/organizations/{organization_id}/apps/{app_id}/events/{position}", get(event::show))
}
