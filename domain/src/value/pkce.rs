//! PKCE: the challenge that comes with an authorization request and the verifier that comes with its code (RFC 7636).
//!
//! Deliberately absent: the `plain` method, which proves nothing to whoever saw the request.

use serde::{Deserialize, Serialize};

/// The base64url form of a SHA-256: 43 characters. The only method is S256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

/// The text is no S256 challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code_challenge has 43 characters of A-Z a-z 0-9 - _")]
pub struct MalformedChallenge;

impl CodeChallenge {
    /// # Errors
    /// [`MalformedChallenge`] unless it is 43 base64url characters.
    pub fn parse(text: &str) -> Result<Self, MalformedChallenge> {
        let formed = text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if formed { Ok(Self(text.to_owned())) } else { Err(MalformedChallenge) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text may be a code verifier: 43 to 128 unreserved characters (RFC 7636, 4.1).
pub fn is_code_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_a_base64url_sha_256() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(CodeChallenge::parse(challenge).unwrap().as_str(), challenge);
        for text in ["", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM="] {
            assert_eq!(CodeChallenge::parse(text), Err(MalformedChallenge));
        }
        assert_eq!(CodeChallenge::parse(&"+".repeat(43)), Err(MalformedChallenge));
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        assert!(is_code_verifier(&"a.~_-".repeat(9)));
        for text in ["a".repeat(42), "a".repeat(129), format!("{}+", "a".repeat(43)), "\u{e9}".repeat(43)] {
            assert!(!is_code_verifier(&text));
        }
    }
}
