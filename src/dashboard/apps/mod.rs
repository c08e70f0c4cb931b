//! The apps of an organization: the list, one app, and everything that can be done with it.

mod create;
mod edit;
mod faults;
mod form;
mod list;
mod quick_start;
mod rotate;
mod secret_page;
mod secrets;
mod seen;
mod show;
mod status;
mod typed;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::Dashboard;

/// Every page of apps, one line a path.
pub(super) fn router() -> Router<Arc<Dashboard>> {
    Router::new()
        .route("/organizations/{organization_id}/apps", get(list::show))
        .route("/organizations/{organization_id}/apps/new", get(create::show).post(create::submit))
        .route("/organizations/{organization_id}/apps/{app_id}", get(show::show))
        .route("/organizations/{organization_id}/apps/{app_id}/edit", get(edit::show).post(edit::submit))
        .route("/organizations/{organization_id}/apps/{app_id}/rotate", get(rotate::show).post(rotate::submit))
        .route("/organizations/{organization_id}/apps/{app_id}/end-overlap", post(rotate::end_overlap))
        .route("/organizations/{organization_id}/apps/{app_id}/revoke", get(status::show_revoke).post(status::revoke))
        .route(
            "/organizations/{organization_id}/apps/{app_id}/cut-off",
            get(status::show_cut_off).post(status::cut_off),
        )
        .route(
            "/organizations/{organization_id}/apps/{app_id}/reactivate",
            get(status::show_reactivate).post(status::reactivate),
        )
}
