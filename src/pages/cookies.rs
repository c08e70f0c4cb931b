//! Our cookies, and nothing of anybody else's.

use axum::http::{HeaderMap, HeaderValue, header};

use super::language::Language;
use super::public_origin::PublicOrigin;
use super::theme::Theme;

const THEME: &str = "routix_theme";
const LANGUAGE: &str = "routix_language";
/// 256 bits in base64url.
const TOKEN_LENGTH: usize = 43;

/// Reads and writes cookies as the way to this service allows.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    session: &'static str,
    secure: &'static str,
}

impl Cookies {
    /// Browsers take a `__Host-` cookie only when it is `Secure`, for this host alone and for all its paths, so that no
    /// neighbouring host can plant one. Over plain `http` on one's own machine a browser may not take it at all.
    pub fn new(origin: &PublicOrigin) -> Self {
        if origin.is_loopback_http {
            Self { session: "routix_session", secure: "" }
        } else {
            Self { session: "__Host-routix_session", secure: "Secure; " }
        }
    }

    /// The session's token, if the cookie is there once and could be one.
    pub fn session<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        only(headers, self.session).filter(|value| value.len() == TOKEN_LENGTH && value.bytes().all(is_token))
    }

    /// `Set-Cookie` of a new session. It lasts as long as the browser runs; when it ends is decided here.
    pub fn set_session(&self, token: &str) -> Option<HeaderValue> {
        let Self { session, secure } = self;
        HeaderValue::try_from(format!("{session}={token}; {secure}HttpOnly; SameSite=Lax; Path=/")).ok()
    }

    /// `Set-Cookie` that takes the session's cookie away, with the attributes with which it was set.
    pub fn clear_session(&self) -> Option<HeaderValue> {
        let Self { session, secure } = self;
        HeaderValue::try_from(format!("{session}=; {secure}HttpOnly; SameSite=Lax; Path=/; Max-Age=0")).ok()
    }

    /// The language that was chosen here before.
    pub fn language(headers: &HeaderMap) -> Option<Language> {
        only(headers, LANGUAGE).and_then(Language::of_tag)
    }

    /// `Set-Cookie` of a language, for a year.
    pub fn set_language(&self, language: Language) -> Option<HeaderValue> {
        self.set_choice(LANGUAGE, language.tag())
    }

    /// The colours that were chosen here before.
    pub fn theme(headers: &HeaderMap) -> Option<Theme> {
        only(headers, THEME).and_then(Theme::of_name)
    }

    /// `Set-Cookie` of the colours, for a year.
    pub fn set_theme(&self, theme: Theme) -> Option<HeaderValue> {
        self.set_choice(THEME, theme.name())
    }

    fn set_choice(&self, name: &str, value: &str) -> Option<HeaderValue> {
        let secure = self.secure;
        HeaderValue::try_from(format!("{name}={value}; {secure}HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000")).ok()
    }
}

/// The value of the one cookie of this name. Two are none: which of them is ours cannot be known.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let mut values =
        pairs.filter(|(found, _)| found.trim_matches(' ') == name).map(|(_, value)| value.trim_matches(' '));
    values.next().filter(|_| values.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_static(line));
        }
        headers
    }

    fn cookies(url: &str) -> Cookies {
        Cookies::new(&PublicOrigin::new(url))
    }

    const TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-_";
    const PAIR: &str = "__Host-routix_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-_";

    #[test]
    fn the_attributes_are_as_safe_as_the_way_allows() {
        let text = |value: Option<HeaderValue>| value.unwrap().to_str().unwrap().to_owned();
        for url in ["https://api.example.com", "http://10.0.0.1:8080"] {
            assert_eq!(
                text(cookies(url).set_session("t")),
                "__Host-routix_session=t; Secure; HttpOnly; SameSite=Lax; Path=/"
            );
        }
        let local = cookies("http://127.0.0.1:8080");
        assert_eq!(text(local.set_session("t")), "routix_session=t; HttpOnly; SameSite=Lax; Path=/");
        assert_eq!(text(local.clear_session()), "routix_session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    }

    #[test]
    fn one_cookie_is_read_among_others() {
        let here = cookies("https://api.example.com");
        for lines in [&[PAIR][..], &["a=b; c", PAIR], &["__Host-routix_sessions=x; __host-routix_session=y", PAIR]] {
            assert_eq!(here.session(&headers(lines)), Some(TOKEN), "{lines:?}");
        }
        assert_eq!(Cookies::language(&headers(&["routix_language=nl"])), Some(Language::Dutch));
    }

    #[test]
    fn two_and_what_can_be_no_token_are_none() {
        let here = cookies("https://api.example.com");
        let planted = "__Host-routix_session=BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";
        for lines in [
            &[][..],
            &[PAIR, planted],
            &[PAIR, PAIR],
            &["__Host-routix_session=short"],
            &["__Host-routix_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="],
            &["routix_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-_"],
            &["__Host-routix_session"],
        ] {
            assert_eq!(here.session(&headers(lines)), None, "{lines:?}");
        }
        assert_eq!(Cookies::language(&headers(&["routix_language=nl; routix_language=en"])), None);
        assert_eq!(Cookies::language(&headers(&["routix_language=xx"])), None);
    }
}
