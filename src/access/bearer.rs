//! The `Authorization: Bearer` header (RFC 6750, 2.1).

use axum::http::{HeaderMap, StatusCode, header};

use crate::http::Failure;

/// The token of the request, or `None` when it carries no credentials. Another scheme is no credentials for us.
///
/// # Errors
/// `400 invalid_request` for two `Authorization` headers or a token of characters that no token has.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Failure::invalid_request("the Authorization header is given twice"));
    }
    let malformed =
        || Failure::new(StatusCode::BAD_REQUEST, "invalid_request", "the Authorization header is malformed");
    let text = value.to_str().map_err(|_| malformed())?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let token = token.trim_matches(' ');
    let formed = token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b));
    if formed { Ok(Some(token).filter(|token| !token.is_empty())) } else { Err(malformed()) }
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
    fn two_headers_or_a_malformed_token_are_refused() {
        assert_eq!(bearer(&headers(&["Bearer a", "Bearer b"])).unwrap_err().code, "invalid_request");
        assert_eq!(bearer(&headers(&["Bearer a b"])).unwrap_err().code, "invalid_request");
    }
}
