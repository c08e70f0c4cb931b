//! Whether a request that changes something comes from one of our own pages.
//!
//! Browsers say where a request comes from in `Sec-Fetch-Site`, which no script can write. Who does not is asked for
//! `Origin`; our own pages make browsers send `null` there, so this is for programs, and a browser from before 2023 that
//! says nothing of the site is not served. Who says neither, or says it twice, is refused.

use axum::http::{HeaderMap, HeaderName, header};
use url::Url;

use super::public_origin::{PublicOrigin, is_loopback};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a header says; `Err` when it is given twice or is no text.
fn only(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, ()> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(());
    }
    value.to_str().map(Some).map_err(|_| ())
}

/// Where `Sec-Fetch-Site` is given it decides alone: our pages have `Referrer-Policy: no-referrer`, with which browsers
/// send `Origin: null` even to the page's own site.
pub fn is_same_origin(headers: &HeaderMap, public: &PublicOrigin) -> bool {
    match (only(headers, SEC_FETCH_SITE), only(headers, header::ORIGIN)) {
        (Ok(Some(site)), Ok(_)) => site == "same-origin",
        (Ok(None), Ok(Some(origin))) => {
            origin == public.as_str() || (public.is_loopback_http && is_own_loopback(origin, headers))
        }
        (Ok(None), Ok(None)) | (Err(()), _) | (_, Err(())) => false,
    }
}

/// This machine has several names, and whoever printed the public URL may have used another than who typed it. The host
/// must be this machine by its own name: a foreign name that is made to lead here is a foreign site.
fn is_own_loopback(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let own = Url::parse(origin).ok();
    let named = own.as_ref().and_then(Url::host).is_some_and(|host| is_loopback(&host));
    named && origin == format!("http://{host}")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn judge(public: &str, headers: &[(&'static str, &'static str)]) -> bool {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .fold(HeaderMap::new(), |mut map, (name, value)| {
                map.append(name, value);
                map
            });
        is_same_origin(&headers, &PublicOrigin::new(public))
    }

    const PUBLIC: &str = "https://api.example.com";
    const LOCAL: &str = "http://127.0.0.1:8080";

    #[test]
    fn what_the_browser_says_of_the_site_decides() {
        assert!(judge(PUBLIC, &[("sec-fetch-site", "same-origin")]));
        assert!(judge(PUBLIC, &[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        for site in ["cross-site", "same-site", "none", "", "Same-Origin", "same-origin, cross-site"] {
            assert!(!judge(PUBLIC, &[("sec-fetch-site", site)]), "{site}");
            assert!(!judge(PUBLIC, &[("sec-fetch-site", site), ("origin", PUBLIC)]), "{site}");
        }
    }

    #[test]
    fn without_it_the_origin_decides() {
        assert!(judge(PUBLIC, &[("origin", PUBLIC)]));
        for origin in [
            "null",
            "",
            "http://api.example.com",
            "https://api.example.com:444",
            "https://api.example.com/",
            "https://api.example.com.evil.example",
            "https://evil.example",
        ] {
            assert!(!judge(PUBLIC, &[("origin", origin)]), "{origin}");
        }
    }

    #[test]
    fn who_says_nothing_or_too_much_is_refused() {
        assert!(!judge(PUBLIC, &[]));
        assert!(!judge(PUBLIC, &[("referer", "https://api.example.com/sign-in")]));
        assert!(!judge(PUBLIC, &[("origin", PUBLIC), ("origin", PUBLIC)]));
        assert!(!judge(PUBLIC, &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")]));
        assert!(!judge(PUBLIC, &[("sec-fetch-site", "same-origin"), ("origin", PUBLIC), ("origin", "null")]));
    }

    #[test]
    fn this_machine_may_be_called_by_its_other_name() {
        let named = |origin, host| judge(LOCAL, &[("origin", origin), ("host", host)]);
        assert!(named("http://127.0.0.1:8080", "127.0.0.1:8080"));
        assert!(named("http://localhost:8080", "localhost:8080"));
        assert!(named("http://[::1]:8080", "[::1]:8080"));
        assert!(!named("http://localhost:8080", "127.0.0.1:9090"));
        assert!(!named("http://localhost:9090", "localhost:8080"));
        assert!(!named("https://localhost:8080", "localhost:8080"));
        assert!(!named("http://rebound.example:8080", "rebound.example:8080"));
        assert!(!named("null", "null"));
        assert!(!judge(PUBLIC, &[("origin", "http://localhost:8080"), ("host", "localhost:8080")]));
    }
}
