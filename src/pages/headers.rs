//! The headers of every page.

use askama::Template;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::public_origin::PublicOrigin;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// What a page may do beside showing itself in our style.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Allowed<'a> {
    /// An origin or a scheme, like `https://app.example` or `my-app:`, to which an answer to one of its forms may send the
    /// browser on; browsers hold redirects to `form-action` too.
    pub(super) form_action: Option<&'a str>,
    /// Run our own script.
    pub(super) script: bool,
}

/// A page.
pub(super) fn page(
    status: StatusCode,
    template: &impl Template,
    allowed: Allowed<'_>,
    origin: &PublicOrigin,
) -> Response {
    let text = match template.render() {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(target: "routix::failure", %error, "a page could not be written");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, security_policy(allowed));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    if origin.is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    keep_to_oneself(headers);
    response
}

/// Tells the browser to forget what it keeps of our pages. Chromium keeps even pages that forbid it, for the way back.
pub fn forget_pages(response: &mut Response) {
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
}

/// `303`: the browser goes on with a GET. `location` is a path of ours, or a URL that was checked.
pub fn see_other(location: &str) -> Response {
    let Ok(location) = HeaderValue::try_from(location) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, location);
    keep_to_oneself(response.headers_mut());
    response
}

/// Nothing is kept of it, and nobody is told where it was.
fn keep_to_oneself(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// Our own style sheet, on some pages our own script, and nothing else. A `form_action` that could end its directive is left out: the browser then refuses
/// to go there.
fn security_policy(allowed: Allowed<'_>) -> HeaderValue {
    const BEFORE: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'";
    const AFTER: &str = "base-uri 'none'; frame-ancestors 'none'";
    const STRICTEST: &str = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
    let is_one_source = |text: &&str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b";,'\"*".contains(&byte))
    };
    let script = if allowed.script { "script-src 'self'; connect-src 'self'; " } else { "" };
    let extra = allowed.form_action.filter(is_one_source).map(|source| format!(" {source}")).unwrap_or_default();
    HeaderValue::try_from(format!("{BEFORE}{extra}; {script}{AFTER}")).unwrap_or(HeaderValue::from_static(STRICTEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_may_lead_to_one_place_more() {
        let policy = |form_action| {
            let allowed = Allowed { form_action, script: false };
            security_policy(allowed).to_str().unwrap().to_owned()
        };
        assert!(policy(None).contains("form-action 'self'; base-uri 'none'"));
        let allowed = policy(Some("https://app.example:8443"));
        assert!(allowed.contains("form-action 'self' https://app.example:8443; base-uri 'none'"));
        assert!(policy(Some("my-app:")).contains("form-action 'self' my-app:;"));
    }

    #[test]
    fn what_would_end_the_directive_is_left_out() {
        for hostile in ["", "a b", "https://a.example; script-src *", "a,b", "*", "'unsafe-inline'", "a\nb", "\u{e9}"] {
            let allowed = Allowed { form_action: Some(hostile), script: false };
            assert_eq!(security_policy(allowed), security_policy(Allowed::default()), "{hostile:?}");
        }
    }

    #[test]
    fn a_script_runs_where_there_is_one() {
        let policy = |script| security_policy(Allowed { script, form_action: None }).to_str().unwrap().to_owned();
        assert!(!policy(false).contains("script-src"), "the default is none");
        assert!(policy(true).contains("; script-src 'self'; "));
        assert!(policy(true).starts_with("default-src 'none'; "));
    }

    #[test]
    fn a_location_is_one_line() {
        assert_eq!(see_other("/account").status(), StatusCode::SEE_OTHER);
        assert_eq!(see_other("/a\r\nSet-Cookie: b=c").status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
