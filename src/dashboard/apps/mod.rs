//! The apps of an organization: the list, one app, and everything that can be done with it.

mod list;
mod secrets;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::Dashboard;

pub(super) fn router() -> Router<Arc<Dashboard>> {
    Router::new().route("/organizations/{organization_id}/apps", get(list::show))
}
