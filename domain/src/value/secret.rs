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

/// One secret of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretGeneration {
    /// Counts from 1; each rotation adds one.
    pub generation: u32,
    pub fingerprint: Fingerprint,
    pub created_at: DateTime<Utc>,
    pub acceptance: Acceptance,
}

/// How long a secret is accepted.
///
/// `Ended` is a state of its own and not an `Until` in the past, so that a node whose clock is late does not accept a
/// secret that was rotated without an overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acceptance {
    Current,
    Until(DateTime<Utc>),
    Ended(DateTime<Utc>),
}

impl SecretGeneration {
    pub fn is_accepted_at(&self, time: DateTime<Utc>) -> bool {
        match self.acceptance {
            Acceptance::Current => true,
            Acceptance::Until(end) => time < end,
            Acceptance::Ended(_) => false,
        }
    }
}

/// The secrets of an app, oldest first: the last one is current, the one before it may still be in its overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secrets(Vec<SecretGeneration>);

impl Secrets {
    /// The history of a client that begins with `first`, or of a public client, which has no secret.
    pub fn starting_with(first: Option<Fingerprint>, created_at: DateTime<Utc>) -> Self {
        Self(first.map(|fingerprint| SecretGeneration::new(1, fingerprint, created_at)).into_iter().collect())
    }

    pub fn current(&self) -> Option<&SecretGeneration> {
        self.0.last()
    }

    /// Those that are accepted at `time`, newest first.
    pub fn accepted_at(&self, time: DateTime<Utc>) -> impl Iterator<Item = &SecretGeneration> {
        self.0.iter().rev().filter(move |secret| secret.is_accepted_at(time))
    }

    pub fn iter(&self) -> impl Iterator<Item = &SecretGeneration> {
        self.0.iter()
    }

    /// Adds a new secret behind the others; the one before it is accepted until `previous_valid_until`. At most two work
    /// at a time: an overlap that was still open ends here.
    pub fn rotate(&mut self, next: SecretGeneration, previous_valid_until: DateTime<Utc>) {
        self.end_overlaps(next.created_at);
        if let Some(previous) = self.0.last_mut() {
            previous.acceptance = if previous_valid_until > next.created_at {
                Acceptance::Until(previous_valid_until)
            } else {
                Acceptance::Ended(next.created_at)
            };
        }
        self.0.push(next);
    }

    /// Ends every overlap at `time`, unless it ended before.
    pub fn end_overlaps(&mut self, time: DateTime<Utc>) {
        for secret in &mut self.0 {
            if let Acceptance::Until(end) = secret.acceptance {
                secret.acceptance = Acceptance::Ended(time.min(end));
            }
        }
    }
}

impl SecretGeneration {
    /// A secret that is current from `created_at` on.
    pub fn new(generation: u32, fingerprint: Fingerprint, created_at: DateTime<Utc>) -> Self {
        Self { generation, fingerprint, created_at, acceptance: Acceptance::Current }
    }
}
