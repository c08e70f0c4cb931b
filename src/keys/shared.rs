//! HS256 with a key that both sides have (RFC 7515, 3.1; RFC 7518, 3.2), for the tokens that we make ourselves.
//!
//! Every request carries one, so the key is prepared once and the header is written once: a token is ours when its header is
//! byte for byte the one that we write and the code behind it is right. Any other text is left to jsonwebtoken, which is also
//! what the tests hold this against.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The `typ` of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// For a resource (RFC 9068, 2.1).
    Resource,
    /// Any other.
    Plain,
}

impl TokenType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resource => "at+jwt",
            Self::Plain => "JWT",
        }
    }
}

/// A key that is ready to sign.
#[derive(Clone)]
pub struct SharedKey {
    mac: Hmac<Sha256>,
    /// The headers, encoded, each with its full stop.
    resource: String,
    plain: String,
}

impl SharedKey {
    /// `None` for no key: HMAC takes one of any length.
    pub(super) fn new(kid: &str, secret: &[u8; 32]) -> Option<Self> {
        let mac = Hmac::new_from_slice(secret).ok()?;
        let header = |typ: TokenType| {
            let header = json!({"typ": typ.as_str(), "alg": "HS256", "kid": kid}).to_string();
            format!("{}.", URL_SAFE_NO_PAD.encode(header))
        };
        Some(Self { mac, resource: header(TokenType::Resource), plain: header(TokenType::Plain) })
    }

    /// A token with these claims, which are JSON.
    pub fn sign(&self, typ: TokenType, claims: &[u8]) -> String {
        let header = match typ {
            TokenType::Resource => &self.resource,
            TokenType::Plain => &self.plain,
        };
        // Four characters are three bytes.
        let mut token = String::with_capacity(header.len() + claims.len().div_ceil(3) * 4 + 44);
        token.push_str(header);
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let code = self.code(token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(code, &mut token);
        token
    }

    /// The `typ` of a token with one of our headers, and its claims, or none where the code is wrong. `None` for a token with
    /// another header.
    pub fn verify(&self, token: &str) -> Option<(TokenType, Option<Vec<u8>>)> {
        let ours = [(TokenType::Plain, &self.plain), (TokenType::Resource, &self.resource)];
        let (typ, header) = ours.into_iter().find(|(_, header)| token.starts_with(header.as_str()))?;
        let claims = token.rsplit_once('.').and_then(|(signed, code)| {
            let claims = signed.get(header.len()..)?;
            let mut given = [0; 32];
            let length = URL_SAFE_NO_PAD.decode_slice(code, &mut given).ok()?;
            let is_right = length == given.len() && bool::from(self.code(signed.as_bytes()).ct_eq(&given));
            URL_SAFE_NO_PAD.decode(claims).ok().filter(|_| is_right)
        });
        Some((typ, claims))
    }

    fn code(&self, signed: &[u8]) -> [u8; 32] {
        self.mac.clone().chain_update(signed).finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const SECRET: [u8; 32] = [7; 32];

    fn ours() -> SharedKey {
        SharedKey::new("kid-1", &SECRET).unwrap()
    }

    fn rules() -> Validation {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.required_spec_claims.clear();
        rules.validate_exp = false;
        rules.validate_aud = false;
        rules
    }

    proptest! {
        #[test]
        fn what_is_signed_here_jsonwebtoken_verifies(text in ".*", number in any::<i64>()) {
            let claims = json!({"text": text, "number": number});
            for typ in [TokenType::Plain, TokenType::Resource] {
                let token = ours().sign(typ, claims.to_string().as_bytes());
                let told = decode::<Value>(&token, &DecodingKey::from_secret(&SECRET), &rules()).unwrap();
                prop_assert_eq!(&told.claims, &claims);
                prop_assert_eq!((told.header.typ.as_deref(), told.header.kid.as_deref()), (Some(typ.as_str()), Some("kid-1")));
                prop_assert_eq!(ours().verify(&token), Some((typ, Some(claims.to_string().into_bytes()))));
            }
        }

        #[test]
        fn a_changed_token_is_not_verified_or_is_left_alone(place in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_.=-]") {
            let token = ours().sign(TokenType::Plain, br#"{"sub":"x"}"#);
            let mut changed = token.clone();
            let at = place.index(token.len());
            changed.replace_range(at..=at, &letter);
            prop_assume!(changed != token);
            let read = ours().verify(&changed).and_then(|(_, claims)| claims);
            prop_assert_eq!(read, None, "{}", changed);
        }
    }

    #[test]
    fn what_jsonwebtoken_signs_under_another_header_is_left_to_it() {
        let header = Header { typ: None, kid: Some("kid-1".into()), ..Header::new(Algorithm::HS256) };
        let token = encode(&header, &json!({}), &EncodingKey::from_secret(&SECRET)).unwrap();
        assert_eq!(ours().verify(&token), None);
        for text in ["", ".", "..", "a.b.c"] {
            assert_eq!(ours().verify(text), None, "{text}");
        }
        let cut = ours().sign(TokenType::Plain, b"{}");
        let short = &cut[..cut.rfind('.').unwrap()];
        assert_eq!(ours().verify(short), Some((TokenType::Plain, None)), "no code");
        let other = SharedKey::new("kid-1", &[8; 32]).unwrap();
        assert_eq!(other.verify(&cut), Some((TokenType::Plain, None)), "another's code");
    }
}
