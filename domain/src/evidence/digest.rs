//! SHA-256, and the three uses of it that must never be mistaken for one another.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::json::read_text;

/// The three prefixes keep a leaf from being presented as a node or as a link of a chain (RFC 9162, 2.1.1 for the first
/// two).
const LEAF: u8 = 0x00;
const NODE: u8 = 0x01;
const LINK: u8 = 0x02;

/// 32 bytes of SHA-256. Written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// Not the text of a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    #[error("a digest has 64 lower-case hexadecimal digits")]
    NotHex,
    #[error("a digest is 32 bytes in base64")]
    NotBase64,
}

impl Digest {
    /// The chain of a stream before its first event.
    pub const ZERO: Self = Self([0; 32]);

    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// SHA-256 of nothing: the root of the empty tree (RFC 9162, 2.1.1).
    pub fn of_nothing() -> Self {
        hash(&[])
    }

    /// SHA-256(0x00 ‖ data) (RFC 9162, 2.1.1).
    pub fn of_leaf(data: &[u8]) -> Self {
        hash(&[&[LEAF], data])
    }

    /// SHA-256(0x01 ‖ left ‖ right) (RFC 9162, 2.1.1).
    pub fn of_node(left: &Self, right: &Self) -> Self {
        hash(&[&[NODE], &left.0, &right.0])
    }

    /// The chain of a stream after an event: SHA-256(0x02 ‖ chain before ‖ leaf). Before the first event it is
    /// [`Digest::ZERO`].
    pub fn chained(before: &Self, leaf: &Self) -> Self {
        hash(&[&[LINK], &before.0, &leaf.0])
    }

    /// RFC 4648, section 4, with padding: 44 characters.
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// Accepts what [`Digest::to_base64`] writes and nothing else.
    ///
    /// # Errors
    /// [`DigestError::NotBase64`] for another alphabet, length, padding, or bits that do not count.
    pub fn from_base64(text: &str) -> Result<Self, DigestError> {
        let bytes = STANDARD.decode(text).map_err(|_| DigestError::NotBase64)?;
        bytes.try_into().map(Self).map_err(|_| DigestError::NotBase64)
    }
}

fn hash(parts: &[&[u8]]) -> Digest {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    Digest(hasher.finalize().into())
}

/// The value of each hexadecimal digit, and [`NO_DIGIT`] for every other byte.
const DIGITS: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let (digits, mut value) = (b"0123456789abcdef", 0);
    while value < 16 {
        values[digits[value as usize] as usize] = value;
        value += 1;
    }
    values
};
const NO_DIGIT: u8 = 0xff;

/// Lower-case hexadecimal digits of `N` bytes; `None` for anything else, capitals included.
pub(super) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let (mut bytes, mut worst) = ([0; N], 0);
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (DIGITS[usize::from(*high)], DIGITS[usize::from(*low)]);
        worst = high.max(low).max(worst);
        *byte = high << 4 | low;
    }
    (worst < NO_DIGIT).then_some(bytes)
}

pub(super) fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        from_hex(text).map(Self).ok_or(DigestError::NotHex)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, |text| text.parse())
    }
}
