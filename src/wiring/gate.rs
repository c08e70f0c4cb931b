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
    /// Requests by app, and those of all apps of an organization.
    pub(super) by_app: Limiter<Uuid>,
    pub(super) by_organization: Limiter<Uuid>,
    /// Where the metadata of the protected resource is (RFC 9728, 5.1).
    pub(super) resource_metadata: String,
}

impl ProxyGate {
    fn note(&self, principal: &AppPrincipal, origin: &RequestOrigin, detail: &'static str) {
        let about = About { detail, client_id: Some(principal.client_id), user_id: principal.user_id };
        self.access.security.record(SecurityKind::LimitExceeded, origin, about);
    }

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
        let now = self.access.system.now();
        let of_app = self.by_app.count(principal.app_id, now);
        if let Some(budget) = of_app.filter(|budget| budget.exceeded) {
            self.note(principal, origin, "api_requests");
            return Err(budget.failure("the app has used up its requests for this minute"));
        }
        // What an app has no right to any more takes nothing from the others of its organization.
        let of_organization = self.by_organization.count(principal.organization_id, now);
        if let Some(budget) = of_organization.filter(|budget| budget.exceeded) {
            self.note(principal, origin, "organization_requests");
            return Err(budget.failure("the apps of the organization have used up its requests for this minute"));
        }
        let nearest = [of_app, of_organization].into_iter().flatten().min_by_key(|budget| budget.remaining);
        Ok(nearest.map(|budget| budget.headers().into_iter().collect()).unwrap_or_default())
    }

    fn seal(&self, bytes: &[u8]) -> String {
        self.access.keys.current().seal(Seal::Cursor, self.access.system.now(), bytes)
    }

    fn unseal(&self, text: &str) -> Option<Vec<u8>> {
        self.access.keys.current().unseal(Seal::Cursor, text)
    }
}
