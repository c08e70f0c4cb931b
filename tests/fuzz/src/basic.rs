//! The `Authorization` header of a client.

use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use routix::http::basic;

/// Bytes as the value of the header, and as what is in it. What is read can be written, and reads the same.
pub fn check(bytes: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(bytes)
        && let Some(read) = basic::credentials(&value)
    {
        assert_eq!(again(&read), Some(read));
    }
    let Ok(value) = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(bytes))) else { return };
    match basic::credentials(&value) {
        Some((id, secret)) => {
            assert!(bytes.contains(&b':'));
            assert!(id.len() + secret.len() < bytes.len(), "nothing is added to what was sent");
        }
        None => assert!(!bytes.contains(&b':') || bytes.contains(&b'%') || std::str::from_utf8(bytes).is_err()),
    }
}

fn again((id, secret): &(String, String)) -> Option<(String, String)> {
    let encoded = STANDARD.encode(format!("{}:{}", escaped(id), escaped(secret)));
    basic::credentials(&HeaderValue::try_from(format!("Basic {encoded}")).ok()?)
}

/// By the letter of RFC 6749, 2.3.1.
fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
