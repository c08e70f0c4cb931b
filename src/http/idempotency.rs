//! The `Idempotency-Key` header, as far as every door reads it alike.

use axum::http::HeaderMap;
use routix_domain::value::Fault;

const NAME: &str = "idempotency-key";

/// The key, bare or as a quoted string: 1 to 255 visible ASCII characters.
///
/// # Errors
/// The fault of a header that is given twice or is no such key.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let mut values = headers.get_all(NAME).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let fault = |message: &str| Fault::new("Idempotency-Key", "invalid_format", message);
    if values.next().is_some() {
        return Err(fault("must be given once"));
    }
    let text = value.to_str().unwrap_or_default();
    let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    if (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\') {
        return Ok(Some(key.to_owned()));
    }
    Err(fault("must be 1 to 255 visible ASCII characters"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(values: &[&str]) -> Result<Option<String>, &'static str> {
        let headers: HeaderMap =
            values.iter().map(|value| (NAME.parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect();
        key(&headers).map_err(|fault| fault.code)
    }

    #[test]
    fn a_key_is_the_same_bare_and_quoted() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["abc-1"]), Ok(Some("abc-1".into())));
        assert_eq!(read(&["\"abc-1\""]), Ok(Some("abc-1".into())));
    }

    #[test]
    fn everything_else_is_refused() {
        for values in [&[""][..], &["\"\""], &["a b"], &["a\"b"], &["a", "a"], &[&"a".repeat(256)]] {
            assert_eq!(read(values), Err("invalid_format"), "{values:?}");
        }
    }
}
