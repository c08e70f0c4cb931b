//! The credentials of HTTP Basic (RFC 7617), as OAuth clients send them.

use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::pairs;

/// The id and the secret of an `Authorization` header; `None` for one of another scheme or a malformed one.
///
/// Both halves are form-encoded by the letter of RFC 6749, 2.3.1, and raw by the habit of many clients; ids and secrets
/// have no character that the two read differently.
pub fn credentials(header: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    let colon = decoded.iter().position(|&b| b == b':')?;
    Some((pairs::decode(&decoded[..colon])?, pairs::decode(&decoded[colon + 1..])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(decoded: &[u8]) -> HeaderValue {
        format!("bAsIc {}", STANDARD.encode(decoded)).parse().unwrap()
    }

    #[test]
    fn both_halves_are_decoded_after_the_first_colon() {
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(credentials(&header(b"1111%2D2222:routix%5Fab")), pair("1111-2222", "routix_ab"));
        assert_eq!(credentials(&header(b"1111-2222:routix_ab")), pair("1111-2222", "routix_ab"));
        assert_eq!(credentials(&header(b"id:a:b")), pair("id", "a:b"));
    }

    #[test]
    fn a_malformed_header_is_refused() {
        assert_eq!(credentials(&header(b"no colon")), None);
        assert_eq!(credentials(&header(b"id:%zz")), None);
        assert_eq!(credentials(&HeaderValue::from_static("Basic !!!")), None);
        assert_eq!(credentials(&HeaderValue::from_static("Basic")), None);
        assert_eq!(credentials(&HeaderValue::from_static("Digest abc")), None);
    }
}
