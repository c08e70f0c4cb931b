//! Publish and retire signing keys: a file for the nodes, an event for the auditors.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use routix_domain::signing_key::{SigningKey, SigningKeyCommand, SigningKeyError};
use routix_domain::value::TokenLifetime;
use routix_projections::{ReadError, app_list, members};

use super::bus::{CommandError, Commands};
use super::origin::Origin;
use crate::keys::{Algorithm, KeyFile, KeyFileError, KeyRing, Origin as KeyOrigin};

/// Why the keys were not changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(transparent)]
    File(#[from] KeyFileError),
    #[error(transparent)]
    Command(#[from] CommandError<SigningKeyError>),
    #[error("there is no signing key {0}")]
    Unknown(String),
    #[error("{0} is the only signing key; publish another one first")]
    Last(String),
    #[error(
        "{0} signs now; publish another one and wait, or retire it --now: every token that it signed is refused then"
    )]
    Signs(String),
    #[error("tokens that {kid} signed are good until {}; wait, or retire it --now", until.to_rfc3339())]
    TokensLive { kid: String, until: DateTime<Utc> },
    #[error("an app has had tokens without an end from {0}; cut them off and retire it --now")]
    Endless(String),
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl Commands {
    /// Makes a new signing key; it begins to sign when every node has had time to read its file.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn publish_key(
        &self,
        folder: &Path,
        made_by: Option<KeyOrigin>,
        algorithm: Algorithm,
        origin: &Origin,
    ) -> Result<KeyFile, KeyError> {
        // The event first: a key that signs without one could not be explained, while one that was announced and never
        // written signs nothing.
        let key = KeyRing::draft_of(folder, &self.system, made_by, algorithm)?;
        let command = SigningKeyCommand::Publish {
            algorithm: algorithm.as_str().to_owned(),
            sha256: key.fingerprint(),
            activates_at: key.activates_at,
        };
        self.execute::<SigningKey>(&key.kid, command, origin).await?;
        key.write(folder)?;
        Ok(key)
    }

    /// Whether no token is lost when a signing key goes: another one signs, and the longest that any app asks for is over.
    ///
    /// # Errors
    /// [`KeyError`] says what is in the way.
    pub async fn check_retirable(&self, folder: &Path, kid: &str) -> Result<(), KeyError> {
        let now = self.system.now();
        let keys: Vec<KeyFile> = KeyFile::read_all(folder)?.into_iter().filter(KeyFile::signs).collect();
        let at = keys.iter().position(|key| key.kid == kid).ok_or_else(|| KeyError::Unknown(kid.to_owned()))?;
        let named = kid.to_owned();
        if keys.len() == 1 {
            return Err(KeyError::Last(named));
        }
        if keys[at].activates_at > now {
            // It has signed nothing yet.
            return Ok(());
        }
        // Keys are in the order in which they become active, and each signs until the next one does.
        let until = keys.get(at + 1).map(|next| next.activates_at).filter(|next| *next <= now);
        let until = until.ok_or_else(|| KeyError::Signs(named.clone()))?;
        match self.longest_lifetime().await? {
            None => Err(KeyError::Endless(named)),
            Some(lifetime) if until + lifetime > now => {
                Err(KeyError::TokensLive { kid: named, until: until + lifetime })
            }
            Some(_) => Ok(()),
        }
    }

    /// How long a token can live at most, of any app; `None` for one without an end. People's own tokens live an hour.
    async fn longest_lifetime(&self) -> Result<Option<TimeDelta>, ReadError> {
        let mut longest = TokenLifetime::default().seconds().unwrap_or_default();
        for organization in members::organizations(&self.read).await? {
            for app in app_list::of_organization(&self.read, organization.organization_id).await? {
                match app.token_lifetime.seconds() {
                    Some(seconds) => longest = longest.max(seconds),
                    None => return Ok(None),
                }
            }
        }
        Ok(Some(TimeDelta::seconds(longest.into())))
    }

    /// Removes a signing key: what it signed is refused as soon as the nodes have read the folder again.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn retire_key(&self, folder: &Path, kid: &str, origin: &Origin) -> Result<(), KeyError> {
        let keys: Vec<KeyFile> = KeyFile::read_all(folder)?.into_iter().filter(KeyFile::signs).collect();
        let key = keys.iter().find(|key| key.kid == kid).ok_or_else(|| KeyError::Unknown(kid.to_owned()))?;
        if keys.len() == 1 {
            return Err(KeyError::Last(kid.to_owned()));
        }
        self.execute::<SigningKey>(kid, SigningKeyCommand::Retire, origin).await?;
        Ok(key.remove(folder)?)
    }
}
