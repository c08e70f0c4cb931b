//! The checks of an authorization request, one file each, in the order in which they are made.
//!
//! The first two prove where the browser may be sent. Until they have passed a refusal is a page; after them it is a
//! redirect.

mod client;
mod doubled;
mod pkce;
mod redirect_uri;
mod resource;
mod response_type;
mod scope;
mod state;

use std::sync::Arc;

use routix_domain::value::{CodeChallenge, ScopeSet};
use routix_projections::token_validation::ValidationRow;

use super::query::Query;
use super::redirect::Return;
use super::refusal::{RedirectRefusal, Refusal};
use crate::oauth::server::OAuthServer;

/// A request that may be put before a user.
pub(super) struct AuthorizationRequest {
    pub(super) app: Arc<ValidationRow>,
    pub(super) back: Return,
    pub(super) scopes: ScopeSet,
    pub(super) code_challenge: CodeChallenge,
    pub(super) resource: Option<String>,
}

/// Runs all checks.
///
/// # Errors
/// The first [`Refusal`].
pub(super) async fn check(server: &OAuthServer, text: &str) -> Result<AuthorizationRequest, Refusal> {
    let query = Query::parse(text)?;
    let app = client::check(server, &query).await?;
    let uri = redirect_uri::check(&app, &query)?;
    let back = Return { uri, state: state::to_return(&query) };
    let checked = || {
        doubled::check(&query)?;
        state::check(&query)?;
        response_type::check(&query)?;
        let code_challenge = pkce::check(&query)?;
        let scopes = scope::check(&app, &query)?;
        let resource = resource::check(server, &query)?;
        Ok((code_challenge, scopes, resource))
    };
    match checked() {
        Ok((code_challenge, scopes, resource)) => {
            Ok(AuthorizationRequest { app, back, scopes, code_challenge, resource })
        }
        Err(refusal) => Err(Refusal::Redirect(back, refusal)),
    }
}

/// The refusal of a request that lacks something.
fn invalid(description: impl Into<String>) -> RedirectRefusal {
    RedirectRefusal::InvalidRequest(description.into())
}
