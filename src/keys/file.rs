//! One key in one file.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::algorithm::Algorithm;
use crate::hex;
use crate::system::System;

/// Where a key came from. `serve` refuses those of a demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Demo,
    Production,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Signs access tokens.
    Signing,
    /// Seals codes, refresh tokens and forms.
    Refresh,
    /// Signs the log's checkpoints with Ed25519.
    Checkpoint,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Refresh => "refresh",
            Self::Checkpoint => "checkpoint",
        }
    }
}

/// The content of a key file.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeyFile {
    pub kid: String,
    pub purpose: Purpose,
    pub origin: Origin,
    pub activates_at: DateTime<Utc>,
    /// With what it signs access tokens; the files of other keys say nothing of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub algorithm: Algorithm,
    /// 32 random bytes in base64url.
    secret: String,
}

/// Why the keys could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("cannot read the keys folder {0}")]
    Folder(PathBuf, #[source] io::Error),
    #[error("cannot read or write the key file {0}")]
    File(PathBuf, #[source] io::Error),
    #[error("the key file {0} is not a key file of routix")]
    Malformed(PathBuf),
    #[error("the key file {0} can be read by others; run: chmod 600 {0}")]
    OpenToOthers(PathBuf),
    #[error("there is no {} key in the keys folder; `routix keys rotate` makes the first keys", .0.as_str())]
    Missing(Purpose),
}

impl KeyFile {
    /// A new key of 256 random bits.
    pub fn generate(system: &System, purpose: Purpose, origin: Origin, activates_at: DateTime<Utc>) -> Self {
        let secret = URL_SAFE_NO_PAD.encode(system.bytes::<32>());
        let algorithm = Algorithm::default();
        Self { kid: hex::encode(&system.bytes::<8>()), purpose, origin, activates_at, algorithm, secret }
    }

    /// A new key that signs access tokens.
    pub fn generate_signing(
        system: &System,
        algorithm: Algorithm,
        origin: Origin,
        activates_at: DateTime<Utc>,
    ) -> Self {
        loop {
            let key = Self { algorithm, ..Self::generate(system, Purpose::Signing, origin, activates_at) };
            // Not all bytes are a scalar of the curve.
            if key.secret().is_some_and(|secret| algorithm.pair(&secret).is_some()) {
                return key;
            }
        }
    }

    /// Whether it signs access tokens.
    pub fn signs(&self) -> bool {
        self.purpose == Purpose::Signing
    }

    /// The public half of a key that signs access tokens, as others read it (RFC 7517); `None` of one that both sides share.
    pub fn public_jwk(&self) -> Option<Value> {
        let secret = self.secret().filter(|_| self.signs())?;
        let mut jwk = self.algorithm.pair(&secret)?.public?;
        jwk["kid"] = json!(self.kid);
        jwk["alg"] = json!(self.algorithm.as_str());
        jwk["use"] = json!("sig");
        Some(jwk)
    }

    /// The public key of a checkpoint key, as verifiers of notes read it; `None` for every other key.
    pub fn verifier_key(&self) -> Option<String> {
        let seed = self.secret().filter(|_| self.purpose == Purpose::Checkpoint)?;
        super::ring::signer(&self.kid, &seed).ok().map(|signer| signer.verifier().to_string())
    }

    /// The 32 bytes of the key.
    pub fn secret(&self) -> Option<[u8; 32]> {
        URL_SAFE_NO_PAD.decode(&self.secret).ok()?.try_into().ok()
    }

    /// SHA-256 of the key, in hex: tells keys apart without showing them.
    pub fn fingerprint(&self) -> String {
        hex::encode(&Sha256::digest(self.secret().unwrap_or_default()))
    }

    /// Writes the file whole or not at all, readable by its owner alone.
    ///
    /// # Errors
    /// [`KeyFileError::File`] when the folder cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), KeyFileError> {
        let path = self.path(folder);
        let unwritten = |error| KeyFileError::File(path.clone(), error);
        let text = serde_json::to_string_pretty(self).map_err(|error| unwritten(error.into()))?;
        let draft = path.with_extension("new");
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft).map_err(unwritten)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(unwritten)?;
        fs::rename(&draft, &path).map_err(unwritten)
    }

    /// Removes the file.
    ///
    /// # Errors
    /// [`KeyFileError::File`] when it cannot be removed.
    pub fn remove(&self, folder: &Path) -> Result<(), KeyFileError> {
        let path = self.path(folder);
        fs::remove_file(&path).map_err(|error| KeyFileError::File(path, error))
    }

    /// Every key in the folder, oldest first; none when there is no folder.
    ///
    /// # Errors
    /// [`KeyFileError`] for a file that is no key or is open to others.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, KeyFileError> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(KeyFileError::Folder(folder.to_owned(), error)),
        };
        let mut keys = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| KeyFileError::Folder(folder.to_owned(), error))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                keys.push(Self::read(&path)?);
            }
        }
        keys.sort_by(|a: &Self, b: &Self| (a.activates_at, &a.kid).cmp(&(b.activates_at, &b.kid)));
        Ok(keys)
    }

    fn read(path: &Path) -> Result<Self, KeyFileError> {
        let unread = |error| KeyFileError::File(path.to_owned(), error);
        let mode = fs::metadata(path).map_err(unread)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(KeyFileError::OpenToOthers(path.to_owned()));
        }
        let text = fs::read_to_string(path).map_err(unread)?;
        let malformed = || KeyFileError::Malformed(path.to_owned());
        let key: Self = serde_json::from_str(&text).map_err(|_| malformed())?;
        let is_key = |secret| key.algorithm.pair(&secret).is_some();
        if key.secret().is_some_and(is_key) { Ok(key) } else { Err(malformed()) }
    }

    fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}-{}.json", self.purpose.as_str(), self.kid))
    }
}

fn is_default(algorithm: &Algorithm) -> bool {
    *algorithm == Algorithm::default()
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFile").field("kid", &self.kid).field("purpose", &self.purpose).finish_non_exhaustive()
    }
}
