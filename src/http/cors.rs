//! Which sites may call the API from a browser (Fetch, "CORS protocol").
//!
//! Nothing here rests on cookies, so no answer allows credentials, and a site that is allowed can do no more than whoever
//! holds a token. Sites that are not named learn nothing: their answers have no `Access-Control-*` at all. Pages are
//! outside: no site may read them.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::{Origin, Url};

/// What supabase-js and openapi-fetch send beside what every site may.
const ALLOWED_HEADERS: &str = "authorization, apikey, x-client-info, content-type, prefer, accept-profile, \
    content-profile, x-supabase-api-version, x-retry-count, idempotency-key, if-match, if-none-match, range, \
    range-unit, x-request-id";
const ALLOWED_METHODS: &str = "GET, HEAD, POST, PATCH, DELETE";
/// What a script may read beside the body.
const EXPOSED_HEADERS: &str = "content-range, x-request-id, ratelimit, ratelimit-policy, retry-after, etag, link, \
    location, x-sb-error-code, idempotency-replayed, www-authenticate";
/// For how long a browser keeps what a preflight told it.
const MAX_AGE_SECONDS: &str = "600";
const VARY: &str = "Origin";

/// The origins of the sites that may call the API.
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins(Arc<[String]>);

impl AllowedOrigins {
    pub fn new(origins: impl IntoIterator<Item = String>) -> Self {
        Self(origins.into_iter().collect())
    }

    /// Whether no site may call.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of `Origin`, when it is one of these.
    fn admits<'a>(&self, headers: &'a HeaderMap) -> Option<&'a HeaderValue> {
        let mut values = headers.get_all(header::ORIGIN).iter();
        let only = values.next().filter(|_| values.next().is_none())?;
        self.0.iter().any(|origin| origin.as_bytes() == only.as_bytes()).then_some(only)
    }
}

/// Whether a text is an origin as browsers send it: scheme and host in lower case, a port that is not the usual one.
pub fn is_origin(text: &str) -> bool {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    // A star is a letter like others to the parser, and would look like a pattern to a reader.
    let url = url.filter(|_| !text.contains('*'));
    url.is_some_and(|url| matches!(url.origin(), Origin::Tuple(..)) && url.origin().ascii_serialization() == text)
}

/// Wraps the doors of the API, where some site may call. `OPTIONS` is answered here as a preflight of an allowed site, and
/// else not at all.
pub async fn cors(State(origins): State<AllowedOrigins>, request: Request, next: Next) -> Response {
    let origin = origins.admits(request.headers()).cloned();
    let asks = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let preflight = origin.is_some() && asks && request.method() == Method::OPTIONS;
    let mut response = if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    // Also where nothing is allowed, so that no cache gives this answer to another site.
    headers.append(header::VARY, HeaderValue::from_static(VARY));
    let Some(origin) = origin else { return response };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let told: &[(HeaderName, &'static str)] = if preflight {
        &[
            (header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
            (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS),
        ]
    } else {
        &[(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS)]
    };
    for (name, value) in told {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_send_it() {
        for text in
            ["https://app.example.com", "http://localhost:3000", "http://[::1]:8080", "https://xn--bcher-kva.example"]
        {
            assert!(is_origin(text), "{text}");
        }
        for text in [
            "*",
            "null",
            "app.example.com",
            "https://app.example.com/",
            "https://App.example.com",
            "https://app.example.com:443",
            "https://app.example.com/path",
            "https://*.example.com",
            "https://user@app.example.com",
            "file:///index.html",
            "capacitor://localhost",
            "",
        ] {
            assert!(!is_origin(text), "{text}");
        }
    }
}
