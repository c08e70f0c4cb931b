//! The proxy's gate: tokens, branches and limits, as the rest of the house knows them.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use routix_projections::branches::{self, OpenBranches};
use uuid::Uuid;

use crate::access::{About, Access, AppPrincipal, AppToken, InvalidToken, bearer};
use crate::http::Failure;
use crate::http::limit::Limiter;
use crate::http::origin::RequestOrigin;
use crate::keys::Seal;
use crate::proxy::Gate;
use crate::store::identity::SecurityKind;

pub(super) struct ProxyGate {
    pub(super) access: Access,
    /// Requests by app.
    pub(super) requests: Limiter<Uuid>,
    /// Where the metadata of the protected resource is (RFC 9728, 5.1).
    pub(super) resource_metadata: String,
}

impl ProxyGate {
    /// `401` with the challenge of RFC 6750, 3: without an `error` when there were no credentials at all.
    fn unauthorized(&self, error: Option<&str>) -> Failure {
        let description = match error {
            None => "send an access token as Authorization: Bearer",
            Some(_) => "the access token is malformed, expired or cut off; request a new one",
        };
        let error = error.map(|error| format!("error=\"{error}\", ")).unwrap_or_default();
        let challenge = format!("Bearer realm=\"routix\", {error}resource_metadata=\"{}\"", self.resource_metadata);
        let failure = Failure::new(StatusCode::UNAUTHORIZED, "invalid_token", description);
        match HeaderValue::try_from(challenge) {
            Ok(challenge) => failure.header(header::WWW_AUTHENTICATE, challenge),
            Err(_) => failure,
        }
    }
}

#[async_trait]
impl Gate for ProxyGate {
    async fn authenticate(&self, headers: &HeaderMap) -> Result<(AppPrincipal, Arc<OpenBranches>), Failure> {
        let token = bearer(headers)?.ok_or_else(|| self.unauthorized(None))?;
        match self.access.app(token).await {
            Ok(AppToken { principal, moment, .. }) => {
                let open = branches::open_of(&self.access.read, &moment, principal.organization_id).await;
                Ok((principal, open.map_err(Failure::unavailable)?))
            }
            Err(InvalidToken::Refused) => Err(self.unauthorized(Some("invalid_token"))),
            Err(InvalidToken::OtherKind) => {
                let description = "this is a user token; request an app token at the OAuth token endpoint";
                Err(Failure::new(StatusCode::FORBIDDEN, "invalid_token_type", description))
            }
            Err(InvalidToken::Stopped(error)) => Err(Failure::unavailable(error)),
            Err(InvalidToken::Read(error)) => Err(Failure::unavailable(error)),
            Err(InvalidToken::Identity(error)) => Err(Failure::unavailable(error)),
            Err(error @ (InvalidToken::NoKey | InvalidToken::Unsigned(_))) => Err(Failure::internal(error)),
        }
    }

    async fn admit(&self, principal: &AppPrincipal, origin: &RequestOrigin) -> Result<HeaderMap, Failure> {
        match self.requests.count(principal.app_id, self.access.system.now()) {
            None => Ok(HeaderMap::new()),
            Some(budget) if budget.exceeded => {
                let (client_id, user_id) = (Some(principal.client_id), principal.user_id);
                let about = About { detail: "api_requests", client_id, user_id };
                self.access.security.record(SecurityKind::LimitExceeded, origin, about);
                Err(budget.failure("the app has used up its requests for this minute"))
            }
            Some(budget) => Ok(budget.headers().into_iter().collect()),
        }
    }

    fn seal(&self, bytes: &[u8]) -> String {
        self.access.keys.current().seal(Seal::Cursor, self.access.system.now(), bytes)
    }

    fn unseal(&self, text: &str) -> Option<Vec<u8>> {
        self.access.keys.current().unseal(Seal::Cursor, text)
    }
}
