//! Pages for people: signing in and out, their own account, the apps of their organizations, and what operators look after.
//!
//! Members and viewers see, owners and admins act; what belongs to another organization does not exist. Deliberately absent:
//! what pages have in common, which is in `pages`.

mod account;
mod apps;
mod branches;
mod confirm;
mod connected_apps;
mod consents;
mod device;
mod events;
mod guide;
mod history;
mod home;
mod members;
mod navigation;
mod operators;
mod password;
mod person;
mod sessions;
mod sign_in;
mod sign_out;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use routix_domain::log::SealStore;
use routix_domain::value::ScopeSet;
use routix_projections::ReadDb;

pub use self::events::Downloads;
use crate::commands::Commands;
use crate::commands::users::Users;
use crate::evidence::Sealer;
use crate::history::HistoryReader;
use crate::operate::{Health, Works};
use crate::pages::visitor::SIGN_IN;
use crate::pages::{HasPages, Pages};
use crate::store::identity::IdentityDb;
use crate::system::System;

/// What the pages work with.
pub struct Dashboard {
    pub pages: Arc<Pages>,
    pub commands: Commands,
    pub read: ReadDb,
    pub identity: IdentityDb,
    pub users: Users,
    pub history: HistoryReader,
    pub seals: Arc<dyn SealStore>,
    /// The log and its evidence.
    pub sealer: Sealer,
    pub downloads: Downloads,
    pub health: Arc<Health>,
    pub works: Works,
    /// The scopes that exist.
    pub scopes: ScopeSet,
    /// The e-mail addresses, in lower case, of those who look after this service.
    pub operators: BTreeSet<String>,
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
        .route("/", get(home::show))
        .route(SIGN_IN, get(sign_in::show).post(sign_in::submit))
        .route("/sign-out", post(sign_out::submit))
        .route("/account", get(account::show))
        .route("/account/password", post(password::submit))
        .route("/account/apps/withdraw", post(connected_apps::withdraw))
        .route("/account/sessions/end", post(sessions::end))
        .route("/account/sessions/end-others", post(sessions::end_others))
        .merge(apps::router())
        .merge(consents::router())
        .merge(members::router())
        .route("/organizations/{organization_id}/branches", get(branches::show))
        .merge(history::router())
        .merge(events::router())
        .merge(guide::router())
        .merge(operators::router())
        .with_state(dashboard)
}
