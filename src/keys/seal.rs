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
use uuid::Uuid;

use super::ring::Keys;

const MAC_BYTES: usize = 32;

/// What a sealed value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// The refresh token of a person's own session.
    UserSession,
    /// The proof that a form was shown in a session.
    Form,
    /// An authorization code.
    Code,
    /// A refresh token of an app.
    RefreshToken,
    /// What a consent page showed, on its way back in the form.
    ConsentForm,
    /// The name of an authorization that a person is to decide, for front ends of one's own.
    Authorization,
    /// Where a list of records goes on.
    Cursor,
}

impl Seal {
    fn prefix(self) -> &'static str {
        match self {
            Self::UserSession => "s1.",
            Self::Form => "t1.",
            Self::Code => "c1.",
            Self::RefreshToken => "v1.",
            Self::ConsentForm => "f1.",
            Self::Authorization => "a1.",
            Self::Cursor => "p1.",
        }
    }

    /// None begins with another, so that no label and its bytes read like another label with other bytes.
    fn label(self) -> &'static [u8] {
        match self {
            Self::UserSession => b"routix user session",
            Self::Form => b"routix form",
            Self::Code => b"routix authorization code",
            Self::RefreshToken => b"routix refresh token",
            Self::ConsentForm => b"routix consent form",
            Self::Authorization => b"routix authorization name",
            Self::Cursor => b"routix list cursor",
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

    /// A refresh token: the sealed name of what it refreshes, and its generation.
    pub fn seal_generation(&self, seal: Seal, began: DateTime<Utc>, (id, generation): (Uuid, u32)) -> String {
        let mut bytes = id.as_bytes().to_vec();
        bytes.extend(generation.to_be_bytes());
        self.seal(seal, began, &bytes)
    }

    /// What a refresh token names; `None` for anything that we did not make.
    pub fn unseal_generation(&self, seal: Seal, text: &str) -> Option<(Uuid, u32)> {
        let bytes = self.unseal(seal, text)?;
        let (id, generation) = bytes.split_at_checked(16)?;
        Some((Uuid::from_slice(id).ok()?, u32::from_be_bytes(generation.try_into().ok()?)))
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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::keys::{KeyFile, KeyRing, Origin};
    use crate::system::System;

    const ALL: [Seal; 7] = [
        Seal::UserSession,
        Seal::Form,
        Seal::Code,
        Seal::RefreshToken,
        Seal::ConsentForm,
        Seal::Authorization,
        Seal::Cursor,
    ];

    fn ring(folder: &std::path::Path) -> KeyRing {
        let system = System::real();
        KeyRing::draft(folder, &system, Some(Origin::Production)).unwrap().write(folder).unwrap();
        KeyRing::open(folder).unwrap()
    }

    #[test]
    fn kinds_are_kept_apart_by_prefix_and_label() {
        for one in ALL {
            for other in ALL.into_iter().filter(|other| *other != one) {
                assert!(!one.label().starts_with(other.label()), "{one:?} {other:?}");
                assert_ne!(one.prefix(), other.prefix());
            }
        }
    }

    #[test]
    fn a_sealed_value_reads_back_as_its_own_kind_and_as_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let keys = ring(folder.path()).current();
        let (now, named) = (System::real().now(), (Uuid::from_u128(7), 3));
        for one in ALL {
            let text = keys.seal_generation(one, now, named);
            assert_eq!(keys.unseal_generation(one, &text), Some(named));
            for other in ALL.into_iter().filter(|other| *other != one) {
                let disguised = text.replacen(one.prefix(), other.prefix(), 1);
                assert_eq!(keys.unseal(other, &disguised), None, "{one:?} as {other:?}");
            }
        }
    }

    #[test]
    fn a_changed_value_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let keys = ring(folder.path()).current();
        let text = keys.seal_generation(Seal::RefreshToken, System::real().now(), (Uuid::from_u128(7), 3));
        for at in 0..text.len() {
            assert_eq!(keys.unseal(Seal::RefreshToken, &text[..at]), None, "cut at {at}");
            for bit in 0..7 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let changed = String::from_utf8(bytes).unwrap();
                assert_eq!(keys.unseal(Seal::RefreshToken, &changed), None, "{changed}");
            }
        }
        for longer in [format!("{text}A"), format!("{text}="), format!(" {text}"), format!("{text}\n")] {
            assert_eq!(keys.unseal(Seal::RefreshToken, &longer), None, "{longer:?}");
        }
    }

    #[test]
    fn what_began_under_an_older_key_is_made_again_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let ring = ring(folder.path());
        let began = System::real().now();
        let named = (Uuid::from_u128(7), 3);
        let before = ring.current().seal_generation(Seal::RefreshToken, began, named);
        let later = began + TimeDelta::seconds(10);
        KeyFile::generate(&System::real(), crate::keys::Purpose::Refresh, Origin::Production, later)
            .write(folder.path())
            .unwrap();
        ring.reload().unwrap();
        let keys = ring.current();
        assert_eq!(keys.seal_generation(Seal::RefreshToken, began, named), before);
        let after = keys.seal_generation(Seal::RefreshToken, later, named);
        assert_ne!(after, before);
        for text in [before, after] {
            assert_eq!(keys.unseal_generation(Seal::RefreshToken, &text), Some(named));
        }
    }
}
