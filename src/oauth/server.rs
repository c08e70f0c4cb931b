//! What the doors of the OAuth server work with.

use std::net::IpAddr;

use chrono::TimeDelta;
use routix_projections::token_validation::ValidationRow;
use uuid::Uuid;

use super::client_auth::AuthenticatedClient;
use crate::access::Access;
use crate::commands::{Commands, Origin};
use crate::http::limit::Limiter;
use crate::http::origin::RequestOrigin;
use routix_domain::log::Actor;

/// The OAuth server.
pub struct OAuthServer {
    pub access: Access,
    pub commands: Commands,
    /// For how long the newest rotated refresh token may come again.
    pub refresh_retry: TimeDelta,
    /// Failed authentications by client and network; unknown clients of a network share one budget.
    pub failures: Limiter<(Option<Uuid>, IpAddr)>,
}

impl OAuthServer {
    /// The client, as the log names it.
    pub(super) fn origin(&self, request: &RequestOrigin, client: &AuthenticatedClient) -> Origin {
        Origin {
            actor: Actor::App(client.app.app_id),
            authenticated_by: client.secret_generation.map_or("none", |_| "client_secret"),
            request_id: Some(request.request_id.clone()),
            correlation_id: self.access.system.ordered_id(),
            context: request.context.clone(),
        }
    }

    /// Counts that an app used the secret of this generation.
    pub(super) fn count_use(&self, app: &ValidationRow, secret_generation: Option<u32>) {
        if let Some(generation) = secret_generation {
            self.access.usage.count(app.app_id, generation, self.access.system.now());
        }
    }
}
