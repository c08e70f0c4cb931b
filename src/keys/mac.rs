//! One way to authenticate what routix hands out and reads back.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::ring::Keys;

/// What a MAC is for. What was made for one is nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacLabel {
    /// Refresh tokens of people.
    UserSession,
    /// Forms on the pages of a signed-in person.
    Form,
}

impl MacLabel {
    /// None begins with another, so that no label and its bytes read like another label with other bytes.
    fn as_str(self) -> &'static str {
        match self {
            Self::UserSession => "routix user session",
            Self::Form => "routix form",
        }
    }
}

impl Keys {
    /// HMAC-SHA256 under the refresh key over a label and some parts, all of a fixed length but the last.
    ///
    /// `None` if the key were refused, which HMAC does with no length; a constant in its place could be forged.
    pub fn mac(&self, label: MacLabel, parts: &[&[u8]]) -> Option<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.refresh()).ok()?;
        mac.update(label.as_str().as_bytes());
        parts.iter().for_each(|part| mac.update(part));
        Some(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_label_begins_with_another() {
        let labels = [MacLabel::UserSession, MacLabel::Form];
        for one in labels {
            for other in labels.into_iter().filter(|other| *other != one) {
                assert!(!one.as_str().starts_with(other.as_str()), "{one:?} {other:?}");
            }
        }
    }
}
