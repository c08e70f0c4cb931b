//! The audit log: of one organization for its owners and admins, and the whole log for operators. Newest first, filtered,
//! one event as it was recorded, and exports.

mod auditor;
mod download;
mod event;
mod export;
mod line;
mod list;
mod query;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

pub use self::download::Downloads;
use super::Dashboard;

pub(super) fn router() -> Router<Arc<Dashboard>> {
    Router::new()
        .route("/organizations/{organization_id}/events", get(list::show))
        .route("/organizations/{organization_id}/events/export", get(export::download))
        .route("/organizations/{organization_id}/events/{position}", get(event::show))
        .route("/operator/events", get(list::show))
        .route("/operator/events/export", get(export::download))
        .route("/operator/events/{position}", get(event::show))
}
