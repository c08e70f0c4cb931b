//! Pages for people: signing in and out, and their own account.
//!
//! Deliberately absent: what pages have in common, which is in `pages`.

mod account;
mod device;
mod sign_in;
mod sign_out;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::pages::Pages;
use crate::pages::visitor::SIGN_IN;

/// Every page, one line a path.
pub fn router(pages: Arc<Pages>) -> Router {
    Router::new()
        .route(SIGN_IN, get(sign_in::show).post(sign_in::submit))
        .route("/sign-out", post(sign_out::submit))
        .route("/account", get(account::show))
        .route("/account/sessions/end", post(account::end))
        .route("/account/sessions/end-others", post(account::end_others))
        .with_state(pages)
}
