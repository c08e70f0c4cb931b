//! Publish and retire signing keys: a file for the nodes, an event for the auditors.

use std::path::Path;

use routix_domain::signing_key::{SigningKey, SigningKeyCommand, SigningKeyError};

use super::bus::{CommandError, Commands};
use super::origin::Origin;
use crate::keys::{KeyFile, KeyFileError, KeyRing, Origin as KeyOrigin};

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
        origin: &Origin,
    ) -> Result<KeyFile, KeyError> {
        // The event first: a key that signs without one could not be explained, while one that was announced and never
        // written signs nothing.
        let key = KeyRing::draft(folder, &self.system, made_by)?;
        let command = SigningKeyCommand::Publish {
            algorithm: "HS256".to_owned(),
            sha256: key.fingerprint(),
            activates_at: key.activates_at,
        };
        self.execute::<SigningKey>(&key.kid, command, origin).await?;
        key.write(folder)?;
        Ok(key)
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
