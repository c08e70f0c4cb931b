//! The keys in use, kept up to date with their folder.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm as JwtAlgorithm, DecodingKey, EncodingKey};
use routix_domain::evidence::NoteSigner;
use serde_json::Value;

use super::algorithm::Algorithm;
use super::file::{KeyFile, KeyFileError, Origin, Purpose};
use super::shared::SharedKey;
use crate::system::System;

/// How long after its publication a key begins to sign: several times the interval at which nodes read the folder.
const LEAD: TimeDelta = TimeDelta::seconds(10);

/// How long before a key with a public half: longer than others keep our key set, which is [`KEY_SET_SECONDS`].
const LEAD_ELSEWHERE: TimeDelta = TimeDelta::minutes(15);

/// For so long others may keep our key set.
pub const KEY_SET_SECONDS: u32 = 300;

/// A key that signs and verifies access tokens.
#[derive(Clone)]
pub struct SigningKey {
    pub kid: String,
    pub activates_at: DateTime<Utc>,
    pub algorithm: JwtAlgorithm,
    pub encoding: EncodingKey,
    pub decoding: DecodingKey,
    /// Ready for use, where both sides share it.
    pub shared: Option<SharedKey>,
    /// The public half, if it has one.
    jwk: Option<Value>,
}

impl SigningKey {
    fn of(file: &KeyFile) -> Option<Self> {
        let secret = file.secret()?;
        let pair = file.algorithm.pair(&secret)?;
        let shared = (!file.algorithm.is_asymmetric()).then(|| SharedKey::new(&file.kid, &secret)).flatten();
        Some(Self {
            kid: file.kid.clone(),
            activates_at: file.activates_at,
            algorithm: file.algorithm.of_jwt(),
            encoding: pair.encoding,
            decoding: pair.decoding,
            shared,
            jwk: file.public_jwk(),
        })
    }
}

/// All keys at one moment.
#[derive(Clone)]
pub struct Keys {
    signing: Vec<SigningKey>,
    /// Oldest first, never empty: the keys that seal, each from its moment on.
    sealing: Vec<(DateTime<Utc>, [u8; 32])>,
    /// The newest key that signs checkpoints, by its id.
    checkpoint: Option<(String, [u8; 32])>,
    /// The oldest key that seals.
    first_sealing: [u8; 32],
    has_demo_key: bool,
}

impl Keys {
    /// The newest key that is active; before the first becomes active, the first.
    pub fn signing_at(&self, now: DateTime<Utc>) -> Option<&SigningKey> {
        self.signing.iter().rev().find(|key| key.activates_at <= now).or_else(|| self.signing.first())
    }

    /// Every key that both sides share.
    pub fn shared(&self) -> impl Iterator<Item = &SharedKey> {
        self.signing.iter().rev().filter_map(|key| key.shared.as_ref())
    }

    /// The key with this id, whether it signs or only verifies.
    pub fn verifying(&self, kid: &str) -> Option<&SigningKey> {
        self.signing.iter().find(|key| key.kid == kid)
    }

    /// The public keys of those who verify elsewhere (RFC 7517, 5), those not yet active too. A shared key is never among them.
    pub fn public(&self) -> Vec<&Value> {
        self.signing.iter().filter_map(|key| key.jwk.as_ref()).collect()
    }

    /// The key that sealed what began at `moment`: the newest that was active then, or the first.
    pub(super) fn sealing_at(&self, moment: DateTime<Utc>) -> &[u8; 32] {
        let active = self.sealing.iter().rev().find(|(activates_at, _)| *activates_at <= moment);
        active.map_or(&self.first_sealing, |(_, key)| key)
    }

    /// Every key that may have sealed something.
    pub(super) fn sealing(&self) -> impl Iterator<Item = &[u8; 32]> {
        self.sealing.iter().map(|(_, key)| key)
    }

    /// What signs the log's checkpoints.
    ///
    /// # Errors
    /// [`KeyFileError::Missing`] in a folder of an earlier version; the next `keys rotate` makes it.
    pub fn checkpoint_signer(&self) -> Result<NoteSigner, KeyFileError> {
        let (kid, seed) = self.checkpoint.as_ref().ok_or(KeyFileError::Missing(Purpose::Checkpoint))?;
        signer(kid, seed)
    }

    /// Whether one of the keys was made by a demo and must not protect anything real.
    pub fn has_demo_key(&self) -> bool {
        self.has_demo_key
    }

    fn of(files: &[KeyFile]) -> Result<Self, KeyFileError> {
        let signing: Vec<SigningKey> = files.iter().filter(|file| file.signs()).filter_map(SigningKey::of).collect();
        if signing.is_empty() {
            return Err(KeyFileError::Missing(Purpose::Signing));
        }
        let sealing: Vec<_> = files
            .iter()
            .filter(|file| file.purpose == Purpose::Refresh)
            .filter_map(|file| Some((file.activates_at, file.secret()?)))
            .collect();
        let newest = files.iter().rfind(|file| file.purpose == Purpose::Checkpoint);
        let checkpoint = newest.and_then(|file| Some((file.kid.clone(), file.secret()?)));
        let first_sealing = sealing.first().map(|(_, key)| *key).ok_or(KeyFileError::Missing(Purpose::Refresh))?;
        Ok(Self {
            signing,
            sealing,
            checkpoint,
            first_sealing,
            has_demo_key: files.iter().any(|file| file.origin == Origin::Demo),
        })
    }
}

/// The signer of a checkpoint key. Its name in notes tells the key, so that several can sign one note.
pub(super) fn signer(kid: &str, seed: &[u8; 32]) -> Result<NoteSigner, KeyFileError> {
    NoteSigner::new(&format!("routix-{kid}"), seed).map_err(|_| KeyFileError::Missing(Purpose::Checkpoint))
}

/// The keys of a folder. Clones share them.
#[derive(Clone)]
pub struct KeyRing {
    folder: Arc<PathBuf>,
    keys: Arc<RwLock<Arc<Keys>>>,
}

impl KeyRing {
    /// Reads the folder.
    ///
    /// # Errors
    /// [`KeyFileError`] when keys are missing, malformed or open to others.
    pub fn open(folder: &Path) -> Result<Self, KeyFileError> {
        let keys = Keys::of(&KeyFile::read_all(folder)?)?;
        Ok(Self { folder: Arc::new(folder.to_owned()), keys: Arc::new(RwLock::new(Arc::new(keys))) })
    }

    /// The keys as they were last read.
    pub fn current(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the folder again. While it cannot be read, the keys stay as they were.
    ///
    /// # Errors
    /// [`KeyFileError`] as for [`Self::open`].
    pub fn reload(&self) -> Result<(), KeyFileError> {
        let keys = Arc::new(Keys::of(&KeyFile::read_all(&self.folder)?)?);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// The public keys of the folder that sign and signed checkpoints, oldest first.
    ///
    /// # Errors
    /// [`KeyFileError`] when the folder cannot be read.
    pub fn verifier_keys(&self) -> Result<Vec<String>, KeyFileError> {
        Ok(KeyFile::read_all(&self.folder)?.iter().filter_map(KeyFile::verifier_key).collect())
    }

    /// Makes a signing key for HS256, as [`Self::draft_of`].
    ///
    /// # Errors
    /// [`KeyFileError`] when the folder cannot be read or written.
    pub fn draft(folder: &Path, system: &System, origin: Option<Origin>) -> Result<KeyFile, KeyFileError> {
        Self::draft_of(folder, system, origin, Algorithm::Hs256)
    }

    /// Makes a signing key that is not written yet, and writes the other keys that are not there yet. The first key of a
    /// folder is active at once, a later one after a lead. Without an `origin` it is that of the keys already there, or
    /// production: a demo stays a demo.
    ///
    /// # Errors
    /// [`KeyFileError`] when the folder cannot be read or written.
    pub fn draft_of(
        folder: &Path,
        system: &System,
        origin: Option<Origin>,
        algorithm: Algorithm,
    ) -> Result<KeyFile, KeyFileError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| KeyFileError::Folder(folder.to_owned(), error))?;
        let files = KeyFile::read_all(folder)?;
        let now = system.now();
        let origin = origin.or_else(|| files.last().map(|file| file.origin)).unwrap_or(Origin::Production);
        for purpose in [Purpose::Refresh, Purpose::Checkpoint] {
            if !files.iter().any(|file| file.purpose == purpose) {
                KeyFile::generate(system, purpose, origin, now).write(folder)?;
            }
        }
        let first = !files.iter().any(|file| file.purpose == Purpose::Signing);
        let lead = if algorithm.is_asymmetric() { LEAD_ELSEWHERE } else { LEAD };
        Ok(KeyFile::generate_signing(system, algorithm, origin, if first { now } else { now + lead }))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn publish(folder: &Path, origin: Option<Origin>) -> KeyFile {
        let key = KeyRing::draft(folder, &System::real(), origin).unwrap();
        key.write(folder).unwrap();
        key
    }

    #[test]
    fn a_later_key_is_of_the_origin_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        publish(folder.path(), Some(Origin::Demo));
        assert_eq!(publish(folder.path(), None).origin, Origin::Demo);
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(publish(folder.path(), None).origin, Origin::Production);
    }

    #[test]
    fn a_new_key_verifies_at_once_and_signs_after_its_lead() {
        let folder = tempfile::tempdir().unwrap();
        let system = System::real();
        let first = publish(folder.path(), Some(Origin::Production));
        let ring = KeyRing::open(folder.path()).unwrap();
        let second = publish(folder.path(), Some(Origin::Production));
        ring.reload().unwrap();
        let keys = ring.current();
        let now = system.now();
        assert!(keys.verifying(&second.kid).is_some());
        assert_eq!(keys.signing_at(now).map(|key| key.kid.as_str()), Some(first.kid.as_str()));
        assert_eq!(keys.signing_at(now + LEAD).map(|key| key.kid.as_str()), Some(second.kid.as_str()));
    }

    #[test]
    fn a_folder_without_keys_or_with_an_open_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(KeyRing::open(folder.path()), Err(KeyFileError::Missing(_))));
        publish(folder.path(), Some(Origin::Demo));
        assert!(KeyRing::open(folder.path()).unwrap().current().has_demo_key());
        for entry in fs::read_dir(folder.path()).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        }
        assert!(matches!(KeyRing::open(folder.path()), Err(KeyFileError::OpenToOthers(_))));
    }
}
