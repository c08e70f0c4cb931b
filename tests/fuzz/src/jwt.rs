//! Access tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use routix::access::{Claims, Expected, Resource};
use serde_json::Value;

use crate::house;

const ISSUER: &str = "https://issuer.example/auth/v1";
/// As [`routix::access`] allows for clocks that differ.
const SKEW: i64 = 30;
const HEADER: &str = r#"{"typ":"JWT","alg":"HS256","kid":"0102030405060708"}"#;
/// Of an app's token that never ends, so that it is good at any time.
const CLAIMS: &str = concat!(
    r#"{"iss":"https://issuer.example/auth/v1","aud":"authenticated","role":"authenticated","iat":1772366400,"#,
    r#""sub":"00000000-0000-4000-8000-000000000001","jti":"1.00000000-0000-4000-8000-000000000002","#,
    r#""oauth_client_id":"00000000-0000-4000-8000-000000000003"}"#
);

/// The first byte says what the others are: a whole token, the signature of a good one, its header or its claims with our
/// signature of them, or its header with the signature of the header that it had.
pub fn check(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    match kind % 5 {
        0 => a_token_that_nobody_signed(&String::from_utf8_lossy(rest)),
        1 => {
            let signed = signing_input(HEADER.as_bytes(), CLAIMS.as_bytes());
            let good = format!("{signed}.{}", signature(&signed));
            let made_up = format!("{signed}.{}", String::from_utf8_lossy(rest));
            assert_eq!(judged(&made_up).is_some(), made_up == good, "{made_up}");
        }
        2 => {
            if judged(&signed(rest, CLAIMS.as_bytes())).is_some() {
                a_header_of_ours(rest);
            }
        }
        3 => {
            if let Some(claims) = judged(&signed(HEADER.as_bytes(), rest)) {
                claims_that_hold(&claims, rest);
            }
        }
        _ => {
            let signature = signature(&signing_input(HEADER.as_bytes(), CLAIMS.as_bytes()));
            let made_up = format!("{}.{signature}", signing_input(rest, CLAIMS.as_bytes()));
            assert_eq!(judged(&made_up).is_some(), rest == HEADER.as_bytes(), "{made_up}");
        }
    }
}

fn judged(token: &str) -> Option<Claims> {
    let resource = Resource::new("https://issuer.example");
    Expected { token_issuer: ISSUER, resource: &resource }.claims(token, house::keys(), house::system().now())
}

fn a_token_that_nobody_signed(token: &str) {
    if judged(token).is_none() {
        return;
    }
    // The corpus may hold good ones: then it is what we would have signed, to the byte.
    let signed = token.rsplit_once('.').map(|(signed, _)| format!("{signed}.{}", signature(signed)));
    assert_eq!(signed.as_deref(), Some(token));
}

fn a_header_of_ours(header: &[u8]) {
    let header: Value = serde_json::from_slice(header).unwrap_or_default();
    assert_eq!((header["alg"].as_str(), header["kid"].as_str()), (Some("HS256"), Some("0102030405060708")));
}

fn claims_that_hold(claims: &Claims, written: &[u8]) {
    let written: Value = serde_json::from_slice(written).unwrap_or_default();
    let now = house::system().now().timestamp();
    assert_eq!((claims.iss.as_str(), claims.aud.as_str()), (ISSUER, "authenticated"));
    assert!(claims.iat <= now + SKEW);
    assert!(claims.exp.is_none_or(|exp| exp > now));
    assert!(claims.exp.is_some() || claims.oauth_client_id.is_some(), "no person's token is without an end");
    assert!(written["exp"].is_null() || written["exp"].is_number(), "an expiry that is none is not left out");
    assert_eq!(
        serde_json::to_value(claims).ok().and_then(|text| serde_json::from_value(text).ok()).as_ref(),
        Some(claims)
    );
}

fn signing_input(header: &[u8], claims: &[u8]) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

fn signed(header: &[u8], claims: &[u8]) -> String {
    let text = signing_input(header, claims);
    format!("{text}.{}", signature(&text))
}

/// Empty only if there were no key, and then nothing is good.
fn signature(text: &str) -> String {
    let key = house::keys().signing_at(house::system().now()).map(|key| key.encoding.clone());
    let key = key.unwrap_or_else(|| EncodingKey::from_secret(&[]));
    jsonwebtoken::crypto::sign(text.as_bytes(), &key, Algorithm::HS256).unwrap_or_default()
}
