//! What operators look after: where the projections stand, and what can be done about it.

mod acts;
mod projections;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::Dashboard;

const PROJECTIONS: &str = "/operator/projections";

pub(super) fn router() -> Router<Arc<Dashboard>> {
    Router::new()
        .route(PROJECTIONS, get(projections::show))
        .route("/operator/projections/{name}/{act}", get(acts::show).post(acts::submit))
}
