//! With what access tokens are signed (RFC 7518, 3.1; RFC 8037, 3.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm as JwtAlgorithm, DecodingKey, EncodingKey};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::pkcs8::EncodePrivateKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// HS256 for those who verify here, by asking; the others for those who verify elsewhere, with the public key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum Algorithm {
    #[default]
    #[serde(rename = "HS256")]
    #[value(name = "HS256")]
    Hs256,
    #[serde(rename = "EdDSA")]
    #[value(name = "EdDSA")]
    EdDsa,
    #[serde(rename = "ES256")]
    #[value(name = "ES256")]
    Es256,
}

/// A key as it is used.
pub(super) struct Pair {
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
    /// Type, curve and coordinates of the public half (RFC 7517, 4); none of a key that both sides share.
    pub(super) public: Option<Value>,
}

/// PKCS #8 of an Ed25519 key, up to its seed (RFC 8410, 7).
const ED25519_PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

impl Algorithm {
    /// As in a token's header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }

    /// Whether others can verify with a public key.
    pub fn is_asymmetric(self) -> bool {
        match self {
            Self::Hs256 => false,
            Self::EdDsa | Self::Es256 => true,
        }
    }

    pub(super) fn of_jwt(self) -> JwtAlgorithm {
        match self {
            Self::Hs256 => JwtAlgorithm::HS256,
            Self::EdDsa => JwtAlgorithm::EdDSA,
            Self::Es256 => JwtAlgorithm::ES256,
        }
    }

    /// The key that 32 secret bytes are; `None` for bytes that are no key, which for P-256 one in 2^32 is.
    pub(super) fn pair(self, secret: &[u8; 32]) -> Option<Pair> {
        match self {
            Self::Hs256 => Some(Pair {
                encoding: EncodingKey::from_secret(secret),
                decoding: DecodingKey::from_secret(secret),
                public: None,
            }),
            Self::EdDsa => {
                let x = encoded(ed25519_dalek::SigningKey::from_bytes(secret).verifying_key().as_bytes());
                Some(Pair {
                    encoding: EncodingKey::from_ed_der(&[ED25519_PKCS8.as_slice(), secret].concat()),
                    decoding: DecodingKey::from_ed_components(&x).ok()?,
                    public: Some(json!({"kty": "OKP", "crv": "Ed25519", "x": x})),
                })
            }
            Self::Es256 => {
                let key = p256::SecretKey::from_slice(secret).ok()?;
                let point = key.public_key().to_encoded_point(false);
                let (x, y) = (encoded(point.x()?), encoded(point.y()?));
                Some(Pair {
                    encoding: EncodingKey::from_ec_der(key.to_pkcs8_der().ok()?.as_bytes()),
                    decoding: DecodingKey::from_ec_components(&x, &y).ok()?,
                    public: Some(json!({"kty": "EC", "crv": "P-256", "x": x, "y": y})),
                })
            }
        }
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_key_of_the_rfc_follows_from_its_seed() {
        // RFC 8037, appendix A.1 and A.2.
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let pair = Algorithm::EdDsa.pair(&seed.try_into().unwrap()).unwrap();
        assert_eq!(pair.public.unwrap()["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        // RFC 7515, appendix A.3.1.
        let scalar = URL_SAFE_NO_PAD.decode("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI").unwrap();
        let public = Algorithm::Es256.pair(&scalar.try_into().unwrap()).unwrap().public.unwrap();
        assert_eq!(public["x"], "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
        assert_eq!(public["y"], "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
    }

    #[test]
    fn a_shared_key_has_no_public_half() {
        assert!(Algorithm::Hs256.pair(&[7; 32]).unwrap().public.is_none());
        assert!(Algorithm::Es256.pair(&[0; 32]).is_none(), "no scalar of the curve");
    }
}
