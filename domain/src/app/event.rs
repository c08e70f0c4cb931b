//! What can have happened to an app.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::aggregate::App;
use crate::decide::aggregate;
use crate::value::{BranchRestriction, Fingerprint, RedirectUri, ScopeSet, TokenLifetime};

/// Whether a client can keep a secret (RFC 6749, 2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientType {
    #[default]
    Confidential,
    Public,
}

/// When a refresh must carry the client's secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshAuthentication {
    /// Only once the secret that began the refresh family has been rotated: the seeds' refresh request carries none.
    #[default]
    WhenRotated,
    Always,
}

/// Everything that was said at registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    pub organization_id: Uuid,
    pub client_id: Uuid,
    pub client_type: ClientType,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homepage_url: Option<String>,
    pub redirect_uris: Vec<RedirectUri>,
    pub allowed_scopes: ScopeSet,
    pub allowed_branches: BranchRestriction,
    pub token_lifetime: TokenLifetime,
    pub refresh_authentication: RefreshAuthentication,
    /// The first secret; a public client has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Fingerprint>,
    pub registered_at: DateTime<Utc>,
    /// SHA-256 of the request, when it carried an `Idempotency-Key`: tells a retry from another request with its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_fingerprint: Option<String>,
}

/// A fact about an app. Stored under the name in `serde(rename)`; the name never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum AppEvent {
    #[serde(rename = "app.registered")]
    Registered(Box<Registration>),
    #[serde(rename = "app.details_changed")]
    DetailsChanged { name: String, description: Option<String>, homepage_url: Option<String> },
    #[serde(rename = "app.redirect_uris_changed")]
    RedirectUrisChanged { redirect_uris: Vec<RedirectUri> },
    #[serde(rename = "app.scopes_changed")]
    ScopesChanged { allowed_scopes: ScopeSet },
    #[serde(rename = "app.branch_restriction_changed")]
    BranchRestrictionChanged { allowed_branches: BranchRestriction },
    #[serde(rename = "app.token_lifetime_changed")]
    TokenLifetimeChanged { token_lifetime: TokenLifetime },
    #[serde(rename = "app.refresh_authentication_changed")]
    RefreshAuthenticationChanged { refresh_authentication: RefreshAuthentication },
    #[serde(rename = "app.secret_rotated")]
    SecretRotated {
        generation: u32,
        secret: Fingerprint,
        rotated_at: DateTime<Utc>,
        /// When the secret before this one stops working; `rotated_at` itself without an overlap.
        previous_valid_until: DateTime<Utc>,
    },
    #[serde(rename = "app.secret_overlap_ended")]
    SecretOverlapEnded { ended_at: DateTime<Utc> },
    /// No new tokens; those already issued live to their expiry.
    #[serde(rename = "app.revoked")]
    Revoked {},
    /// Every token issued in an earlier epoch is refused.
    #[serde(rename = "app.tokens_cut_off")]
    TokensCutOff { token_epoch: u32 },
    #[serde(rename = "app.reactivated")]
    Reactivated {},
    /// One access token, which the app got for itself, was given back (RFC 7009).
    #[serde(rename = "app.token_revoked")]
    TokenRevoked {
        token_id: Uuid,
        /// When it would have expired; `None` for a token without an end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<DateTime<Utc>>,
    },
}

aggregate!(App, "app", AppEvent {
    Registered => ("app.registered", "1"),
    DetailsChanged => ("app.details_changed", "1"),
    RedirectUrisChanged => ("app.redirect_uris_changed", "1"),
    ScopesChanged => ("app.scopes_changed", "1"),
    BranchRestrictionChanged => ("app.branch_restriction_changed", "1"),
    TokenLifetimeChanged => ("app.token_lifetime_changed", "1"),
    RefreshAuthenticationChanged => ("app.refresh_authentication_changed", "1"),
    SecretRotated => ("app.secret_rotated", "1"),
    SecretOverlapEnded => ("app.secret_overlap_ended", "1"),
    Revoked => ("app.revoked", "1"),
    TokensCutOff => ("app.tokens_cut_off", "1"),
    Reactivated => ("app.reactivated", "1"),
    TokenRevoked => ("app.token_revoked", "1"),
});
