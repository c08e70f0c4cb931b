//! What is known of a client secret: its SHA-256 and its last four characters, never the secret.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// SHA-256 of a secret (64 lowercase hex characters) and the secret's last four characters.
///
/// A plain digest is enough: a secret has 160 random bits, so there is nothing to guess that a slow hash would protect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    pub sha256: String,
    pub last4: String,
}

/// One secret of an app, and until when it is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretGeneration {
    /// Counts from 1; each rotation adds one.
    pub generation: u32,
    pub fingerprint: Fingerprint,
    pub created_at: DateTime<Utc>,
    /// `None` for the current secret; for a rotated one, the end of its overlap.
    pub valid_until: Option<DateTime<Utc>>,
}

impl SecretGeneration {
    pub fn is_valid_at(&self, time: DateTime<Utc>) -> bool {
        self.valid_until.is_none_or(|end| time < end)
    }
}
