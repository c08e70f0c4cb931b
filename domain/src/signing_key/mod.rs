//! The life of a key that signs access tokens: published, then active, then retired.
//!
//! Deliberately absent: the key itself. The log knows its id, its algorithm and its fingerprint; the key is a file.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Decide;
use crate::decide::aggregate;

/// A signing key; the stream's id is its `kid`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum SigningKey {
    #[default]
    Unpublished,
    Published,
    Retired,
}

#[derive(Clone, Debug)]
pub enum SigningKeyCommand {
    /// Every node verifies with the key from now on and signs with it from `activates_at` on.
    Publish { algorithm: String, sha256: String, activates_at: DateTime<Utc> },
    /// Nothing it signed is accepted any more.
    Retire,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum SigningKeyEvent {
    #[serde(rename = "signing_key.published")]
    Published { algorithm: String, sha256: String, activates_at: DateTime<Utc> },
    #[serde(rename = "signing_key.retired")]
    Retired {},
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningKeyError {
    #[error("the key is published already")]
    AlreadyPublished,
    #[error("no such key")]
    NotPublished,
}

aggregate!(SigningKey, "signing_key", SigningKeyEvent {
    Published => ("signing_key.published", "1"),
    Retired => ("signing_key.retired", "1"),
});

impl Decide for SigningKey {
    type Command = SigningKeyCommand;
    type Event = SigningKeyEvent;
    type Error = SigningKeyError;

    fn decide(&self, command: SigningKeyCommand) -> Result<Vec<SigningKeyEvent>, SigningKeyError> {
        match (self, command) {
            (Self::Unpublished, SigningKeyCommand::Publish { algorithm, sha256, activates_at }) => {
                Ok(vec![SigningKeyEvent::Published { algorithm, sha256, activates_at }])
            }
            (Self::Published | Self::Retired, SigningKeyCommand::Publish { .. }) => {
                Err(SigningKeyError::AlreadyPublished)
            }
            (Self::Unpublished, SigningKeyCommand::Retire) => Err(SigningKeyError::NotPublished),
            (Self::Published, SigningKeyCommand::Retire) => Ok(vec![SigningKeyEvent::Retired {}]),
            (Self::Retired, SigningKeyCommand::Retire) => Ok(Vec::new()),
        }
    }

    fn evolve(&mut self, event: SigningKeyEvent) {
        *self = match event {
            SigningKeyEvent::Published { .. } => Self::Published,
            SigningKeyEvent::Retired {} => Self::Retired,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::given;

    fn publish() -> SigningKeyCommand {
        SigningKeyCommand::Publish {
            algorithm: "HS256".into(),
            sha256: "ab".into(),
            activates_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_key_is_published_once_and_retired_once() {
        let mut key = given::<SigningKey>([]);
        assert_eq!(key.when(SigningKeyCommand::Retire), Err(SigningKeyError::NotPublished));
        assert!(matches!(key.happens(publish()).as_deref(), Ok([SigningKeyEvent::Published { .. }])));
        assert_eq!(key.when(publish()), Err(SigningKeyError::AlreadyPublished));
        assert_eq!(key.happens(SigningKeyCommand::Retire), Ok(vec![SigningKeyEvent::Retired {}]));
        assert_eq!(key.when(SigningKeyCommand::Retire), Ok(vec![]));
        assert_eq!(key.when(publish()), Err(SigningKeyError::AlreadyPublished));
    }
}
