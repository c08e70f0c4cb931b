//! Pages for people: signing in and out, and their own account.
//!
//! Deliberately absent: what pages have in common, which is in `pages`.

mod account;
mod connected_apps;
mod device;
mod sessions;
mod sign_in;
mod sign_out;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use routix_projections::ReadDb;

use crate::commands::Commands;
use crate::pages::visitor::SIGN_IN;
use crate::pages::{HasPages, Pages};
use crate::system::System;

/// What the pages work with.
pub struct Dashboard {
    pub pages: Arc<Pages>,
    pub commands: Commands,
    pub read: ReadDb,
    pub system: System,
}

impl HasPages for Arc<Dashboard> {
    fn pages(&self) -> &Arc<Pages> {
        &self.pages
    }
}

/// Every page, one line a path.
pub fn router(dashboard: Arc<Dashboard>) -> Router {
    Router::new()
        .route(SIGN_IN, get(sign_in::show).post(sign_in::submit))
        .route("/sign-out", post(sign_out::submit))
        .route("/account", get(account::show))
        .route("/account/apps/withdraw", post(connected_apps::withdraw))
        .route("/account/sessions/end", post(sessions::end))
        .route("/account/sessions/end-others", post(sessions::end_others))
        .with_state(dashboard)
}
