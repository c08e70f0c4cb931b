//! The `Authorization: Bearer` header (RFC 6750, 2.1).

use axum::http::{HeaderMap, header};

use crate::http::Failure;

/// The token of the request, or `None` when it carries no credentials. Another scheme is no credentials for us.
///
/// A malformed token is returned as it is: it proves nothing, like any other that is not ours.
///
/// # Errors
/// `400 invalid_request` for two `Authorization` headers.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Failure::invalid_request("the Authorization header is given twice"));
    }
    // Bytes outside visible ASCII are in no token either; what stands for them is refused like any other.
    let text = value.to_str().unwrap_or("Bearer (malformed)");
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    let token = token.trim_matches(' ');
    Ok(Some(token).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (header::AUTHORIZATION, HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"] {
            assert_eq!(bearer(&headers(&[value])).unwrap(), Some("a.b.c"), "{value}");
        }
    }

    #[test]
    fn no_credentials_and_other_schemes_are_none() {
        assert_eq!(bearer(&HeaderMap::new()).unwrap(), None);
        assert_eq!(bearer(&headers(&["Basic abc"])).unwrap(), None);
        assert_eq!(bearer(&headers(&["Bearer "])).unwrap(), None);
    }

    #[test]
    fn two_headers_are_refused_and_a_malformed_token_proves_nothing() {
        assert_eq!(bearer(&headers(&["Bearer a", "Bearer b"])).unwrap_err().code, "invalid_request");
        assert_eq!(bearer(&headers(&["Bearer a b"])).unwrap(), Some("a b"));
    }
}
