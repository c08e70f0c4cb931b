//! The two halves of a key that signs notes.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::digest::{from_hex, write_hex};

/// The signature type of Ed25519 in C2SP signed-note.
const ED25519: u8 = 0x01;

/// Not a key for notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("the name of a key is not empty and has no spaces, control characters or plus signs")]
    Name,
    #[error("a verifier key is <name>+<8 lower-case hexadecimal digits>+<base64>")]
    Form,
    #[error("the key is not an Ed25519 public key of type 0x01")]
    Key,
    #[error("the id in the verifier key is not that of its name and key")]
    Id,
}

/// Whether C2SP signed-note takes this as the name of a key.
pub(super) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// A public key and its name, with which the signatures of a note are checked. Its text is the verifier key of C2SP
/// signed-note: `<name>+<id in hexadecimal>+<base64 of 0x01 and the 32 bytes of the key>`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl VerifierKey {
    /// From the 32 bytes of an Ed25519 public key (RFC 8032, 5.1.5).
    ///
    /// # Errors
    /// [`KeyError::Name`], and [`KeyError::Key`] for bytes that are no point, or one of small order, under which one
    /// signature may fit many texts.
    pub fn new(name: &str, key: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name);
        }
        let key = VerifyingKey::from_bytes(key).map_err(|_| KeyError::Key)?;
        if key.is_weak() {
            return Err(KeyError::Key);
        }
        Ok(Self { name: name.to_owned(), id: key_id(name, &key), key })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key).
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// Strict in the sense of `verify_strict`: what one implementation accepts, all accept.
    pub(super) fn fits(&self, text: &str, signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(name);
    hasher.update([b'\n', ED25519]);
    hasher.update(key.as_bytes());
    let [a, b, c, d, ..]: [u8; 32] = hasher.finalize().into();
    [a, b, c, d]
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+", self.name)?;
        write_hex(&self.id, f)?;
        let mut key = vec![ED25519];
        key.extend(self.key.as_bytes());
        write!(f, "+{}", STANDARD.encode(key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    /// Reads what `Display` writes and nothing else.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        // Base64 may contain a plus sign, names and ids may not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Form);
        };
        let id: [u8; 4] = from_hex(id).ok_or(KeyError::Form)?;
        let key = STANDARD.decode(key).map_err(|_| KeyError::Form)?;
        let key = key.strip_prefix(&[ED25519]).and_then(|key| key.try_into().ok()).ok_or(KeyError::Key)?;
        let read = Self::new(name, key)?;
        if read.id == id { Ok(read) } else { Err(KeyError::Id) }
    }
}

/// A private key and its name. Neither printed nor compared; wiped from memory when dropped.
pub struct NoteSigner {
    verifier: VerifierKey,
    key: SigningKey,
}

impl NoteSigner {
    /// From the 32 bytes of an Ed25519 private key (RFC 8032, 5.1.5), which the caller drew at random.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(seed);
        Ok(Self { verifier: VerifierKey::new(name, key.verifying_key().as_bytes())?, key })
    }

    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    pub(super) fn sign(&self, text: &str) -> [u8; 64] {
        self.key.sign(text.as_bytes()).to_bytes()
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteSigner({})", self.verifier)
    }
}
