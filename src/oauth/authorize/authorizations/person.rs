//! Who decides: the holder of a user token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use routix_domain::log::Actor;

use super::error::AuthorizationsError;
use crate::access::{UserPrincipal, bearer};
use crate::commands::Origin;
use crate::http::Failure;
use crate::http::origin::RequestOrigin;
use crate::oauth::server::OAuthServer;

/// A person who signed in at the API, and the request he sent.
pub(in crate::oauth) struct Person {
    pub(super) user: UserPrincipal,
    request: RequestOrigin,
}

impl FromRequestParts<Arc<OAuthServer>> for Person {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<OAuthServer>) -> Result<Self, Failure> {
        let token = bearer(&parts.headers)?.ok_or(AuthorizationsError::Unauthenticated)?;
        let user = server.access.user(token).await.map_err(AuthorizationsError::from)?;
        let Ok(request) = RequestOrigin::from_request_parts(parts, server).await;
        Ok(Self { user, request })
    }
}

impl Person {
    /// The person, as the log names him.
    pub(super) fn origin(&self, server: &OAuthServer) -> Origin {
        self.request.by(Actor::User(self.user.user_id), "password", server.access.system.ordered_id())
    }
}
