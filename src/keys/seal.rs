//! Sealed values: texts that name something of ours and carry a MAC, so that nothing secret has to be stored for them and
//! the same value can be made again.
//!
//! A kind is told from the others by its prefix and by its label in the MAC: a code is no refresh token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::ring::Keys;

const MAC_BYTES: usize = 32;

/// What a sealed value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// An authorization code.
    Code,
    /// A refresh token of an app.
    RefreshToken,
    /// What a consent page showed, on its way back in the form.
    ConsentForm,
}

impl Seal {
    fn prefix(self) -> &'static str {
        match self {
            Self::Code => "c1.",
            Self::RefreshToken => "v1.",
            Self::ConsentForm => "f1.",
        }
    }

    fn label(self) -> &'static [u8] {
        match self {
            Self::Code => b"routix authorization code",
            Self::RefreshToken => b"routix refresh token",
            Self::ConsentForm => b"routix consent form",
        }
    }
}

impl Keys {
    /// The sealed form of `bytes`. `began` chooses the key: a value that is made again, long after a new key came, is the
    /// same as it was at first.
    pub fn seal(&self, seal: Seal, began: DateTime<Utc>, bytes: &[u8]) -> String {
        let mut sealed = bytes.to_vec();
        sealed.extend(mac(self.sealing_at(began), seal, bytes));
        format!("{}{}", seal.prefix(), URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The bytes of a value that one of our keys sealed; `None` for anything else.
    pub fn unseal(&self, seal: Seal, text: &str) -> Option<Vec<u8>> {
        let mut bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(seal.prefix())?).ok()?;
        let presented = bytes.split_off(bytes.len().checked_sub(MAC_BYTES)?);
        let fits = |key: &[u8; 32]| bool::from(mac(key, seal, &bytes).ct_eq(&presented));
        self.sealing().any(fits).then_some(bytes)
    }
}

fn mac(key: &[u8; 32], seal: Seal, bytes: &[u8]) -> [u8; MAC_BYTES] {
    // HMAC pads a short key with zeros to one block; done here, there is no length that could be refused.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(seal.label());
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}
