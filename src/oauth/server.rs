//! What the doors of the OAuth server work with.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::TimeDelta;
use routix_domain::log::Actor;
use routix_projections::token_validation::ValidationRow;
use uuid::Uuid;

use super::client_auth::AuthenticatedClient;
use crate::access::Access;
use crate::commands::{Commands, Origin};
use crate::http::limit::Limiter;
use crate::http::origin::RequestOrigin;
use crate::pages::{HasPages, Pages};

/// The OAuth server.
pub struct OAuthServer {
    pub access: Access,
    pub commands: Commands,
    /// For how long the newest rotated refresh token may come again.
    pub refresh_retry: TimeDelta,
    /// What the pages are made with.
    pub pages: Arc<Pages>,
    /// Failed authentications by client and network; unknown clients of a network share one budget.
    pub failures: Limiter<(Option<Uuid>, IpAddr)>,
}

impl HasPages for Arc<OAuthServer> {
    fn pages(&self) -> &Arc<Pages> {
        &self.pages
    }
}

impl OAuthServer {
    /// The issuer of RFC 8414 and RFC 9207: the public URL.
    pub(super) fn issuer(&self) -> &str {
        self.access.resource.issuer()
    }

    /// The client, as the log names it.
    pub(super) fn origin(&self, request: &RequestOrigin, client: &AuthenticatedClient) -> Origin {
        let authenticated_by = client.secret_generation.map_or("none", |_| "client_secret");
        request.by(Actor::App(client.app.app_id), authenticated_by, self.access.system.ordered_id())
    }

    /// Counts that an app was here, with the secret of this generation or without one.
    pub(super) fn count_use(&self, app: &ValidationRow, secret_generation: Option<u32>) {
        self.access.usage.count(app.app_id, secret_generation.unwrap_or_default(), self.access.system.now());
    }
}
