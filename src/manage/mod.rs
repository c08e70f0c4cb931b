//! Doors for people and their tools: sign-in, app management, organizations, branches, history (contract, sections 2, 3
//! and 7).
//!
//! Only a person's own token opens them: a token with an `oauth_client_id` manages nothing.

mod caller;
mod error;
mod grants;
mod register_app;
pub mod rest;
mod rotate_secret;
mod sign_in;
mod user;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use routix_domain::value::ScopeSet;
use routix_projections::{ReadDb, branches};
use uuid::Uuid;

pub use self::error::ManageError;
use crate::access::{Access, SignIn};
use crate::commands::Commands;
use crate::history::HistoryReader;
use crate::store::identity::IdentityDb;

/// What the management doors work with.
pub struct Management {
    pub access: Access,
    pub commands: Commands,
    pub sign_in: Arc<SignIn>,
    pub read: ReadDb,
    pub identity: IdentityDb,
    pub history: HistoryReader,
    /// The scopes that exist.
    pub scopes: ScopeSet,
}

impl Management {
    /// The branches that a restriction may name.
    async fn open_branches(&self, organization_id: Uuid) -> Result<Vec<Uuid>, ManageError> {
        let rows = branches::of_organization(&self.read, organization_id).await?;
        Ok(rows.into_iter().filter(|branch| branch.closed_at.is_none()).map(|branch| branch.branch_id).collect())
    }
}

/// Every management door, one line an operation.
pub fn router(management: Arc<Management>) -> Router {
    Router::new()
        .route("/auth/v1/token", post(sign_in::token))
        .route("/auth/v1/logout", post(user::logout))
        .route("/auth/v1/user", get(user::show))
        .route("/auth/v1/user/oauth/grants", get(grants::list).delete(grants::withdraw))
        .route("/functions/v1/register-oauth-app", post(register_app::register_oauth_app))
        .route("/functions/v1/rotate-oauth-secret", post(rotate_secret::rotate_oauth_secret))
        .route("/rest/v1/oauth_apps", get(rest::apps::list).patch(rest::apps::change))
        .route("/rest/v1/oauth_apps/{id}/events", get(rest::history::list))
        .route("/rest/v1/oauth_apps/{id}/state", get(rest::states::state))
        .route("/rest/v1/oauth_apps/{id}/diff", get(rest::states::diff))
        .route("/rest/v1/oauth_client_authorizations", get(rest::consents::list).delete(rest::consents::withdraw))
        .route("/rest/v1/organizations", get(rest::organizations::list))
        .route("/rest/v1/branches", get(rest::branches::list))
        .with_state(management)
}
