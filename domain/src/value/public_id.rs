//! The short name of a branch in URLs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Eight characters `A-Z0-9`, unique over all organizations (seed: API integration, "Branch scoping").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BranchPublicId(String);

/// The text is not eight characters `A-Z0-9`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a branch's public id is 8 characters A-Z and 0-9, for example RS2RDH3B")]
pub struct MalformedPublicId;

impl BranchPublicId {
    /// Characters that nobody confuses when reading them aloud: no I, O, 0 or 1.
    const ALPHABET: &'static [u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// A public id made of eight random bytes.
    pub fn from_random(bytes: [u8; 8]) -> Self {
        Self(bytes.iter().map(|byte| char::from(Self::ALPHABET[usize::from(byte % 32)])).collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BranchPublicId {
    type Err = MalformedPublicId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let valid = text.len() == 8 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if valid { Ok(Self(text.to_owned())) } else { Err(MalformedPublicId) }
    }
}

impl fmt::Display for BranchPublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for BranchPublicId {
    type Error = MalformedPublicId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<BranchPublicId> for String {
    fn from(id: BranchPublicId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guides_example_passes_and_look_alikes_do_not() {
        assert_eq!("RS2RDH3B".parse::<BranchPublicId>().unwrap().as_str(), "RS2RDH3B");
        for text in ["", "RS2RDH3", "RS2RDH3BX", "rs2rdh3b", "RS2RDH3%", "RS2RDH3\u{e9}", "../../aa"] {
            assert_eq!(text.parse::<BranchPublicId>(), Err(MalformedPublicId), "{text}");
        }
    }

    #[test]
    fn a_random_one_is_well_formed() {
        let id = BranchPublicId::from_random([0, 31, 32, 255, 7, 8, 9, 10]);
        assert_eq!(id.as_str(), "A9A9HJKL");
        assert_eq!(id.as_str().parse(), Ok(id));
    }
}
