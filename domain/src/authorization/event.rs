//! What can have happened to an authorization.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::aggregate::Authorization;
use crate::decide::aggregate;
use crate::value::{CodeChallenge, RedirectUri, ScopeSet};

/// Everything that a code is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub consent_id: Uuid,
    /// How often the consent had been withdrawn when the code was issued.
    pub withdrawals: u32,
    pub user_id: Uuid,
    pub app_id: Uuid,
    pub organization_id: Uuid,
    pub scopes: ScopeSet,
    /// As the client sent it: for a loopback address with its own port.
    pub redirect_uri: RedirectUri,
    pub code_challenge: CodeChallenge,
    /// The resource that the tokens are for (RFC 8707).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The app's token epoch: a cut-off ends the code and its family.
    pub token_epoch: u32,
    pub issued_at: DateTime<Utc>,
}

impl Grant {
    /// Whether `other` says the same but for the moment at which it was said.
    pub fn is_same_decision(&self, other: &Self) -> bool {
        Self { issued_at: self.issued_at, ..other.clone() } == *self
    }
}

/// Why a family ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Its code was redeemed a second time, by somebody who had everything that belongs to it.
    CodeReplayed,
    /// An old refresh token was used again.
    RefreshTokenReused,
    /// The client gave it back (RFC 7009).
    Revoked,
    /// Its code was presented wrongly too often.
    TooManyRefusals,
}

/// A fact about an authorization. Stored under the name in `serde(rename)`; the name never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum AuthorizationEvent {
    /// The user said no. There is no code and will be none.
    #[serde(rename = "authorization.denied")]
    Denied { user_id: Uuid, app_id: Uuid },
    #[serde(rename = "authorization.code_issued")]
    CodeIssued(Box<Grant>),
    /// Somebody with the code lacked what belongs to it. The code still works for its holder.
    #[serde(rename = "authorization.code_refused")]
    CodeRefused { refusals: u32 },
    #[serde(rename = "authorization.code_redeemed")]
    CodeRedeemed {
        redeemed_at: DateTime<Utc>,
        /// The secret that the client used; `None` for a public client.
        secret_generation: Option<u32>,
    },
    #[serde(rename = "authorization.refreshed")]
    Refreshed { generation: u32, refreshed_at: DateTime<Utc> },
    #[serde(rename = "authorization.ended")]
    Ended { reason: EndReason },
}

aggregate!(Authorization, "authorization", AuthorizationEvent {
    Denied => ("authorization.denied", "1"),
    CodeIssued => ("authorization.code_issued", "1"),
    CodeRefused => ("authorization.code_refused", "1"),
    CodeRedeemed => ("authorization.code_redeemed", "1"),
    Refreshed => ("authorization.refreshed", "1"),
    Ended => ("authorization.ended", "1"),
});
