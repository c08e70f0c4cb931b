//! A client secret in clear: made here, shown once, and gone.

use std::fmt;

use routix_domain::value::Fingerprint;
use sha2::{Digest, Sha256};

use crate::hex;
use crate::system::System;

/// `routix_` and 40 lowercase hex characters (seed: setup guide, step 1). It has no `Display`, no serialisation and a
/// `Debug` that says nothing, so that it reaches an answer only where somebody writes [`Self::expose`].
pub struct Secret(String);

impl Secret {
    /// A new secret of 160 random bits.
    pub fn generate(system: &System) -> Self {
        Self(format!("routix_{}", hex::encode(&system.bytes::<20>())))
    }

    /// The secret itself, for the one answer that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint { sha256: digest(&self.0), last4: self.0[self.0.len() - 4..].to_owned() }
    }
}

/// The form in which secrets are compared: SHA-256 in lowercase hex.
pub fn digest(secret: &str) -> String {
    hex::encode(&Sha256::digest(secret))
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_the_seeds_form_and_keeps_to_itself() {
        let secret = Secret::generate(&System::real());
        let hex = secret.expose().strip_prefix("routix_").unwrap();
        assert_eq!(hex.len(), 40);
        assert!(hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
        assert_eq!(secret.fingerprint().last4, hex[36..]);
        assert_eq!(format!("{secret:?}"), "Secret");
        assert_ne!(secret.expose(), Secret::generate(&System::real()).expose());
    }

    #[test]
    fn the_digest_is_sha_256() {
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
