//! Client authentication: body fields or HTTP Basic, never both (RFC 6749, 2.3.1; OAuth 2.1, 2.4).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use routix_domain::app::{ClientType, Status};
use routix_projections::Moment;
use routix_projections::token_validation::ValidationRow;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::error::OAuthError;
use super::request::ClientRequest;
use super::server::OAuthServer;
use crate::access::About;
use crate::commands::digest;
use crate::http::basic;
use crate::http::limit::network;
use crate::http::origin::RequestOrigin;
use crate::store::identity::SecurityKind;

/// A client that is who it says it is.
pub(super) struct AuthenticatedClient {
    pub(super) app: Arc<ValidationRow>,
    /// When it was.
    pub(super) moment: Moment,
    /// The generation of the secret it used; `None` for a public client, which has none.
    pub(super) secret_generation: Option<u32>,
    /// Whether it used HTTP Basic, and so is owed a challenge when it is refused after all.
    pub(super) basic: bool,
}

struct Credentials {
    client_id: String,
    secret: Option<String>,
    basic: bool,
}

/// What the client is told, and what the security log is.
struct Refused {
    description: &'static str,
    detail: &'static str,
}

impl OAuthServer {
    /// Finds the client and checks its secret. A right secret is never turned away: it has too many bits to be guessed, so
    /// the limit is there to slow down and show those who try, and nobody can lock a client out by failing in its name.
    ///
    /// # Errors
    /// [`OAuthError::InvalidClient`] without saying what was wrong, except to a client whose secret was right;
    /// [`OAuthError::TooManyFailures`] in its place once the budget of client and network is used up.
    pub(super) async fn authenticate_client(
        &self,
        origin: &RequestOrigin,
        request: &ClientRequest,
    ) -> Result<AuthenticatedClient, OAuthError> {
        let credentials = credentials(request)?;
        let client_id = credentials.client_id.parse::<Uuid>().ok();
        let moment = self.access.moment().await.map_err(OAuthError::Token)?;
        let app = match client_id {
            Some(id) => self.access.app_by_client_id(&moment, id).await.map_err(OAuthError::Token)?,
            None => None,
        };
        let known = app.as_ref().map(|app| app.client_id);
        let now = self.access.system.now();
        check((app, moment), &credentials, now).map_err(|Refused { description, detail }| {
            let about = About { detail, client_id: known, user_id: None };
            let security = &self.access.security;
            security.record(SecurityKind::ClientAuthenticationFailed, origin, about);
            let budget = self.failures.count((known, network(origin.address)), now);
            match budget.filter(|budget| budget.exceeded) {
                Some(budget) => {
                    let about = About { detail: "client_authentication", ..about };
                    security.record(SecurityKind::LimitExceeded, origin, about);
                    OAuthError::TooManyFailures(budget)
                }
                None => OAuthError::InvalidClient { description, basic: credentials.basic },
            }
        })
    }
}

fn check(
    (app, moment): (Option<Arc<ValidationRow>>, Moment),
    credentials: &Credentials,
    now: DateTime<Utc>,
) -> Result<AuthenticatedClient, Refused> {
    let (description, fault) = match credentials.secret {
        Some(_) => ("unknown client or wrong secret", "wrong_secret"),
        None => ("the client is not authenticated, or unknown", "no_secret"),
    };
    let presented = digest(credentials.secret.as_deref().unwrap_or_default());
    // An unknown client is compared with a digest that nothing has, so that it takes no less time.
    let nothing = "0".repeat(64);
    let accepted: Vec<(u32, &str)> = match &app {
        Some(app) => {
            app.secrets.accepted_at(now).map(|secret| (secret.generation, secret.fingerprint.sha256.as_str())).collect()
        }
        None => vec![(0, nothing.as_str())],
    };
    let mut secret_generation = None;
    for (generation, sha256) in accepted {
        if bool::from(presented.as_bytes().ct_eq(sha256.as_bytes())) {
            secret_generation = Some(generation);
        }
    }
    let app = app.ok_or(Refused { description, detail: "unknown_client" })?;
    let secretless = app.client_type.0 == ClientType::Public && credentials.secret.is_none();
    if secret_generation.is_none() && !secretless {
        return Err(Refused { description, detail: fault });
    }
    if app.status.0 == Status::Revoked {
        return Err(Refused { description: "the app is revoked", detail: "app_revoked" });
    }
    Ok(AuthenticatedClient { app, moment, secret_generation, basic: credentials.basic })
}

fn credentials(request: &ClientRequest) -> Result<Credentials, OAuthError> {
    let body_secret = request.optional("client_secret");
    let body_id = request.optional("client_id");
    if let Some(header) = &request.authorization {
        if body_secret.is_some() {
            return Err(OAuthError::InvalidRequest(
                "authenticate with the Authorization header or with body fields, not with both".to_owned(),
            ));
        }
        let (client_id, secret) = basic::credentials(header)
            .ok_or(OAuthError::InvalidClient { description: "the Authorization header is malformed", basic: true })?;
        if body_id.is_some_and(|id| id != client_id) {
            return Err(OAuthError::InvalidRequest(
                "the client_id in the body is another one than in the Authorization header".to_owned(),
            ));
        }
        return Ok(Credentials { client_id, secret: Some(secret), basic: true });
    }
    let client_id = body_id
        .ok_or(OAuthError::InvalidClient { description: "the client is not authenticated", basic: false })?
        .to_owned();
    Ok(Credentials { client_id, secret: body_secret.map(str::to_owned), basic: false })
}
