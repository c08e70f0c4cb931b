//! What people ask for, and which effect it has.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A command, as far as it says which effect is its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Command {
    /// An app with a name that no other has.
    Register {
        name: String,
    },
    Rotate {
        app_id: String,
    },
    /// Once in the life of an app.
    Revoke {
        app_id: String,
    },
    /// A description that no other change gives.
    Change {
        app_id: String,
        description: String,
    },
    /// A user approves; the challenge is of this authorization alone.
    Consent {
        challenge: String,
    },
    /// The code of an authorization for its tokens.
    Exchange {
        challenge: String,
    },
    /// The next tokens of a family.
    Refresh {
        challenge: String,
    },
    /// A record with a name that no other has.
    Create {
        name: String,
    },
}

/// A kind of effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Registered,
    Rotated,
    Revoked,
    Changed,
    Consented,
    Exchanged,
    Refreshed,
    Created,
}

/// What an effect is about: the app, the authorization or the record, and what is said of it.
pub(crate) type Subject = (Kind, String);

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Registered,
        Self::Rotated,
        Self::Revoked,
        Self::Changed,
        Self::Consented,
        Self::Exchanged,
        Self::Refreshed,
        Self::Created,
    ];

    /// Whether the same may be asked for again and again, and happens as often.
    pub(crate) fn is_repeated(self) -> bool {
        matches!(self, Self::Rotated | Self::Refreshed)
    }
}

impl Command {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Register { .. } => Kind::Registered,
            Self::Rotate { .. } => Kind::Rotated,
            Self::Revoke { .. } => Kind::Revoked,
            Self::Change { .. } => Kind::Changed,
            Self::Consent { .. } => Kind::Consented,
            Self::Exchange { .. } => Kind::Exchanged,
            Self::Refresh { .. } => Kind::Refreshed,
            Self::Create { .. } => Kind::Created,
        }
    }

    pub(crate) fn subject(&self) -> Subject {
        let subject = match self {
            Self::Register { name } | Self::Create { name } => name.clone(),
            Self::Rotate { app_id } | Self::Revoke { app_id } => app_id.clone(),
            Self::Change { app_id, description } => format!("{app_id} {description}"),
            Self::Consent { challenge } | Self::Exchange { challenge } | Self::Refresh { challenge } => {
                challenge.clone()
            }
        };
        (self.kind(), subject)
    }

    /// What an answer shows of its own effect: in the effect it is found again, but for a refresh token, which is nowhere.
    pub(crate) fn mark(&self, answer: &Value) -> Option<String> {
        let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str);
        match self {
            Self::Register { .. } => text("/app/id").map(str::to_owned),
            Self::Rotate { .. } => text("/client_secret").map(fingerprint),
            Self::Refresh { .. } => text("/refresh_token").map(str::to_owned),
            Self::Revoke { .. }
            | Self::Change { .. }
            | Self::Consent { .. }
            | Self::Exchange { .. }
            | Self::Create { .. } => None,
        }
    }
}

/// What the log has of a secret.
pub(crate) fn fingerprint(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The challenge of a verifier (RFC 7636, S256).
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}
