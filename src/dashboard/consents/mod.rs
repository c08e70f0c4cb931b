//! What people let apps do in an organization: by app, and by person; one is withdrawn, or all of an app.

mod of_app;
mod of_organization;
mod rows;
mod withdraw_all;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::Dashboard;

/// Every page of consents, one line a path.
pub(super) fn router() -> Router<Arc<Dashboard>> {
    Router::new()
        .route("/organizations/{organization_id}/consents", get(of_organization::show))
        .route("/organizations/{organization_id}/consents/withdraw", post(of_organization::withdraw))
        .route("/organizations/{organization_id}/apps/{app_id}/consents", get(of_app::show))
        .route("/organizations/{organization_id}/apps/{app_id}/consents/withdraw", post(of_app::withdraw))
        .route(
            "/organizations/{organization_id}/apps/{app_id}/consents/withdraw-all",
            get(withdraw_all::show).post(withdraw_all::submit),
        )
}
