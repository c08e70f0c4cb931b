//! The way back to the client.

use std::fmt::Write;

use axum::response::Response;
use routix_domain::value::RedirectUri;

use super::refusal::RedirectRefusal;
use crate::pages::{PageError, Visitor, error_page, see_other};

/// A proven redirect URI and the `state` to give back.
#[derive(Clone, Debug)]
pub(super) struct Return {
    pub(super) uri: RedirectUri,
    pub(super) state: Option<String>,
}

impl Return {
    pub(super) fn refused(&self, refusal: &RedirectRefusal, issuer: &str) -> Response {
        see_other(&self.location_refused(refusal, issuer))
    }

    /// Where a refusal sends the browser.
    pub(super) fn location_refused(&self, refusal: &RedirectRefusal, issuer: &str) -> String {
        let description = refusal.to_string();
        self.location(&[("error", refusal.code()), ("error_description", &description)], issuer)
    }

    /// The answer to the person. A fault of ours the client is told of: no status travels in a redirect (RFC 6749, 4.1.2.1).
    pub(super) fn answer(&self, visitor: &Visitor, result: Result<Response, PageError>, issuer: &str) -> Response {
        let (refusal, cause) = match result {
            Err(PageError::Unavailable(cause)) => (RedirectRefusal::TemporarilyUnavailable, cause),
            Err(PageError::Internal(cause)) => (RedirectRefusal::ServerError, cause),
            other => return visitor.answer(other),
        };
        error_page::log(visitor, &*cause);
        self.refused(&refusal, issuer)
    }

    /// `303` with a code.
    pub(super) fn with_code(&self, code: &str, issuer: &str) -> Response {
        see_other(&self.location_with_code(code, issuer))
    }

    /// Where a code sends the browser.
    pub(super) fn location_with_code(&self, code: &str, issuer: &str) -> String {
        self.location(&[("code", code)], issuer)
    }

    /// The URI exactly as it is, its own query kept, with the parameters behind it, `state` byte for byte and the issuer
    /// (RFC 9207).
    fn location(&self, parameters: &[(&str, &str)], issuer: &str) -> String {
        let mut location = self.uri.as_str().to_owned();
        let state = self.state.as_deref().map(|state| ("state", state));
        for (name, value) in parameters.iter().copied().chain(state).chain([("iss", issuer)]) {
            let separator = match location.contains('?') {
                false => "?",
                true if location.ends_with(['?', '&']) => "",
                true => "&",
            };
            location.push_str(separator);
            location.push_str(name);
            location.push('=');
            push_encoded(&mut location, value);
        }
        location
    }
}

/// Everything but RFC 3986's unreserved characters is escaped; a space too, because not every client reads `+` as one.
fn push_encoded(text: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(text, "%{byte:02X}").ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(uri: &str, state: Option<&str>) -> String {
        let uri = RedirectUri::parse(uri, true).unwrap();
        Return { uri, state: state.map(str::to_owned) }.location(&[("code", "c1.x")], "https://a.example")
    }

    #[test]
    fn the_registered_query_is_kept_as_it_is() {
        let tail = "code=c1.x&iss=https%3A%2F%2Fa.example";
        for (uri, before) in [
            ("https://b.example/cb", "https://b.example/cb?"),
            ("https://b.example/cb?z=1&a=%20", "https://b.example/cb?z=1&a=%20&"),
            ("https://b.example/cb?", "https://b.example/cb?"),
            ("com.example.app:/cb", "com.example.app:/cb?"),
        ] {
            assert_eq!(location(uri, None), format!("{before}{tail}"));
        }
    }

    #[test]
    fn state_comes_back_byte_for_byte() {
        let state = "a b+c&d=e%20f/\"<\u{e9}\u{1f69a}";
        let location = location("https://b.example/cb", Some(state));
        let url = url::Url::parse(&location).unwrap();
        let values: Vec<_> = url.query_pairs().filter(|(name, _)| name == "state").map(|(_, value)| value).collect();
        assert_eq!(values, [state]);
        assert!(location.is_ascii() && !location.contains('+') && !location.contains(' '));
    }
}
