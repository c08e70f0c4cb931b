//! What can be asked of an app. Commands carry fingerprints, never a secret.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::event::{RefreshAuthentication, Registration};
use crate::value::{BranchRestriction, Fingerprint, RedirectUri, ScopeSet, TokenLifetime};

/// A registration is a command and a fact with the same content.
pub type RegisterApp = Registration;

#[derive(Clone, Debug)]
pub enum AppCommand {
    Register(Box<RegisterApp>),
    Change(Box<AppChange>),
    /// A new secret; the one before it works for `overlap_seconds` more.
    RotateSecret {
        secret: Fingerprint,
        overlap_seconds: u32,
        at: DateTime<Utc>,
    },
    /// Ends the overlap of the last rotation now.
    EndOverlap {
        at: DateTime<Utc>,
    },
    /// Gives back one access token. Whether it was given back before is a fact of the read model.
    RevokeToken {
        token_id: Uuid,
        expires_at: Option<DateTime<Utc>>,
    },
}

/// The fields to change; `None` leaves a field as it is. All of it happens in one append, or none.
#[derive(Clone, Debug, Default)]
pub struct AppChange {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    pub homepage_url: Option<Option<String>>,
    pub redirect_uris: Option<Vec<RedirectUri>>,
    pub allowed_scopes: Option<ScopeSet>,
    pub allowed_branches: Option<BranchRestriction>,
    pub token_lifetime: Option<TokenLifetime>,
    pub refresh_authentication: Option<RefreshAuthentication>,
    pub status: Option<StatusChange>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusChange {
    /// No new tokens. Those already issued live to their expiry.
    Revoke,
    /// No new tokens, and those already issued stop at once.
    RevokeAndCutOff,
    Reactivate,
}
