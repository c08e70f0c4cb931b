//! Redirect URIs of an app (OAuth 2.1, 2.3; RFC 8252, 7; RFC 9700, 2.1).

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// Longer ones are refused; browsers and proxies start to cut URLs near this size.
const MAX_LENGTH: usize = 2_000;

/// The names of one's own device that may be registered.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// A redirect URI exactly as it was registered. It is compared as a string and never normalised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

/// Why a redirect URI was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRedirectUri {
    #[error("must be an absolute URI without spaces, backslashes or characters outside ASCII")]
    Malformed,
    #[error("must be at most 2000 characters")]
    TooLong,
    #[error("must not have a fragment (#…)")]
    Fragment,
    #[error("must not contain a user name or password")]
    UserInfo,
    #[error("must not contain a wildcard (*) in its host")]
    Wildcard,
    #[error("must write an address as browsers do: 192.0.2.1 or [2001:db8::1]")]
    DisguisedAddress,
    #[error("must use https; http only on 127.0.0.1, [::1] or localhost")]
    InsecureScheme,
    #[error("must use https; an own scheme needs a public client and a reversed domain name such as com.example.app")]
    ForbiddenScheme,
}

impl InvalidRedirectUri {
    /// The stable word for `errors[].code`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed | Self::DisguisedAddress => "malformed_uri",
            Self::TooLong => "too_long",
            Self::Fragment => "fragment_not_allowed",
            Self::UserInfo => "user_info_not_allowed",
            Self::Wildcard => "wildcard_not_allowed",
            Self::InsecureScheme => "insecure_scheme",
            Self::ForbiddenScheme => "scheme_not_allowed",
        }
    }
}

impl RedirectUri {
    /// `own_scheme` allows a reverse-domain scheme: only a public client has an application to receive it.
    ///
    /// # Errors
    /// [`InvalidRedirectUri`] names the first rule that is broken.
    pub fn parse(text: &str, own_scheme: bool) -> Result<Self, InvalidRedirectUri> {
        if text.len() > MAX_LENGTH {
            return Err(InvalidRedirectUri::TooLong);
        }
        // The URL parser drops tabs and line feeds and reads a backslash as a slash; a browser elsewhere may not.
        if !is_uri_text(text) {
            return Err(InvalidRedirectUri::Malformed);
        }
        let url = Url::parse(text).map_err(|_| InvalidRedirectUri::Malformed)?;
        if text.contains('#') {
            return Err(InvalidRedirectUri::Fragment);
        }
        let (scheme, rest) = text.split_once(':').ok_or(InvalidRedirectUri::Malformed)?;
        match scheme {
            "https" | "http" => Self::check_web(scheme, rest, &url)?,
            _ if own_scheme && is_reverse_domain(scheme) => {
                let authority = rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?']).next());
                if authority.is_some_and(|authority| authority.contains('@')) {
                    return Err(InvalidRedirectUri::UserInfo);
                }
            }
            _ => return Err(InvalidRedirectUri::ForbiddenScheme),
        }
        Ok(Self(text.to_owned()))
    }

    fn check_web(scheme: &str, rest: &str, url: &Url) -> Result<(), InvalidRedirectUri> {
        let authority = rest.strip_prefix("//").ok_or(InvalidRedirectUri::Malformed)?;
        let authority = authority.split(['/', '?']).next().unwrap_or_default();
        if authority.contains('@') || !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidRedirectUri::UserInfo);
        }
        if authority.contains('*') {
            return Err(InvalidRedirectUri::Wildcard);
        }
        if !is_authority(authority) || url.host().is_none() {
            return Err(InvalidRedirectUri::Malformed);
        }
        if scheme == "http" && !is_loopback(authority) {
            return Err(InvalidRedirectUri::InsecureScheme);
        }
        // `0177.0.0.1` is 127.0.0.1 to a browser, and people would be shown one and sent to the other.
        if url.host_str() != Some(host_of(authority).to_ascii_lowercase().as_str()) {
            return Err(InvalidRedirectUri::DisguisedAddress);
        }
        Ok(())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a request may name `requested` where this one is registered: the very same text, or on a loopback address
    /// the same but for the port, because an application on the user's device gets a port of its own (RFC 8252, 7.3).
    ///
    /// `localhost` keeps to the rule of the two literals: it is registered as `localhost` or not at all.
    pub fn admits(&self, requested: &str) -> bool {
        if self.0 == requested {
            return true;
        }
        match (loopback_parts(&self.0), loopback_parts(requested)) {
            (Some(registered), Some(asked)) => registered == asked,
            (None, _) | (_, None) => false,
        }
    }

    /// The source that a Content-Security-Policy has to name so that a form may end up here: an origin, or for an own
    /// scheme the scheme. A host that the policy's grammar has no words for (CSP 3, 2.3.1: an IPv6 address, a name with
    /// `_`) is widened to its whole scheme, because browsers drop such a source and the redirect with it.
    pub fn form_action(&self) -> String {
        let scheme_end = self.0.find(':').map_or(self.0.len(), |colon| colon + 1);
        match self.0.get(scheme_end..).and_then(|rest| rest.strip_prefix("//")) {
            Some(rest) if !self.has_own_scheme() && self.host().is_some_and(is_host_source) => {
                let authority = rest.split(['/', '?']).next().unwrap_or_default();
                format!("{}//{authority}", &self.0[..scheme_end])
            }
            Some(_) | None => self.0[..scheme_end].to_owned(),
        }
    }

    /// The host that the user is sent to, without a port; `None` for an own scheme, which has none.
    pub fn host(&self) -> Option<&str> {
        let authority = self.0.strip_prefix("https://").or_else(|| self.0.strip_prefix("http://"))?;
        Some(host_of(authority.split(['/', '?']).next().unwrap_or_default()))
    }

    /// Whether the user stays on his own device: any program there can listen at such an address.
    pub fn is_loopback(&self) -> bool {
        self.host().is_some_and(|host| LOOPBACK.iter().any(|name| host.eq_ignore_ascii_case(name)))
    }

    /// Neither http nor https: an application on the user's device receives it.
    pub fn has_own_scheme(&self) -> bool {
        !self.0.starts_with("https:") && !self.0.starts_with("http:")
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The characters of a URI and whole percent escapes, nothing else (RFC 3986, 2).
fn is_uri_text(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    let escaped = |rest: &[u8]| rest.len() >= 2 && rest[..2].iter().all(u8::is_ascii_hexdigit);
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(at, &b)| allowed(b) && (b != b'%' || escaped(&bytes[at + 1..])))
}

/// Whether a Content-Security-Policy can name the host: letters, digits, hyphens and dots.
fn is_host_source(host: &str) -> bool {
    host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// Host and port of an authority without a user.
fn parts(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    }
}

fn host_of(authority: &str) -> &str {
    parts(authority).0
}

/// A host of non-empty labels, or an IPv6 address, and perhaps a port that can be connected to.
fn is_authority(authority: &str) -> bool {
    let (host, port) = parts(authority);
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let named = host.strip_suffix('.').unwrap_or(host).split('.').all(label);
    let literal = host.starts_with('[') && host.ends_with(']');
    (named || literal) && port.is_none_or(is_port)
}

/// A port that can be connected to, written in the one way.
fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0 && port.to_string() == text)
}

/// Judged on the text: `127.1` and `0x7f.1` are loopback to a parser and something else to a reader.
fn is_loopback(authority: &str) -> bool {
    LOOPBACK.iter().any(|host| match authority.strip_prefix(host) {
        Some("") => true,
        Some(rest) => rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()),
        None => false,
    })
}

/// Host and all that follows the port of an http URI on a loopback address; `None` for every other URI.
fn loopback_parts(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("http://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let host = LOOPBACK.into_iter().find(|host| authority.starts_with(host))?;
    let port = &authority[host.len()..];
    let well_formed = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    (well_formed && is_uri_text(tail) && !tail.contains('#')).then_some((host, tail))
}

fn is_reverse_domain(scheme: &str) -> bool {
    let mut labels = scheme.split('.');
    scheme.contains('.')
        && scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && labels.all(|label| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_loopback_and_own_schemes_pass_as_written() {
        for text in [
            "https://myerp.com/callback",
            "https://myerp.com/callback?tenant=1",
            "http://127.0.0.1:8976/callback",
            "http://[::1]/cb",
            "http://localhost:3000/cb",
            "https://EXAMPLE.com/CB",
            "https://a_b.example/%2F/c%c3%a9?x=%20",
            "https://a.example.:8443",
        ] {
            assert_eq!(RedirectUri::parse(text, false).unwrap().as_str(), text);
        }
        for own in ["com.example.app:/cb", "com.4you.app-2:/cb", "nl.example:/"] {
            assert!(RedirectUri::parse(own, true).is_ok(), "{own}");
        }
    }

    #[test]
    fn a_request_names_the_registered_text_or_another_port_of_a_loopback_address() {
        for (registered, requested) in [
            ("https://a.example/cb", "https://a.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:51204/cb"),
            ("http://127.0.0.1:8976/cb", "http://127.0.0.1/cb"),
            ("http://[::1]:1/cb?x=1", "http://[::1]:65535/cb?x=1"),
            ("http://localhost:3000/cb", "http://localhost:4000/cb"),
            ("com.example.app:/cb", "com.example.app:/cb"),
        ] {
            assert!(RedirectUri::parse(registered, true).unwrap().admits(requested), "{registered} {requested}");
        }
        for (registered, requested) in [
            ("https://a.example/cb", "https://a.example:443/cb"),
            ("https://a.example/cb", "https://a.example/cb/"),
            ("https://a.example/cb", "https://A.example/cb"),
            ("https://127.0.0.1/cb", "https://127.0.0.1:444/cb"),
            ("http://127.0.0.1/cb", "http://[::1]/cb"),
            ("http://127.0.0.1/cb", "http://localhost/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb/"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb?x"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:0/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:+1/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:000001/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb#x"),
            ("http://localhost/cb", "http://localhost.:1/cb"),
            ("http://localhost/cb", "http://localhost.evil.example/cb"),
        ] {
            assert!(!RedirectUri::parse(registered, true).unwrap().admits(requested), "{registered} {requested}");
        }
    }

    #[test]
    fn a_form_may_end_at_the_origin_or_the_own_scheme() {
        for (uri, source, host) in [
            ("https://a.example/cb?x=1", "https://a.example", Some("a.example")),
            ("https://a.example?x=1", "https://a.example", Some("a.example")),
            ("http://127.0.0.1:8976/cb", "http://127.0.0.1:8976", Some("127.0.0.1")),
            ("http://[::1]:8976/cb", "http:", Some("[::1]")),
            ("https://a_b.example/cb", "https:", Some("a_b.example")),
            ("com.example.app:/cb", "com.example.app:", None),
            ("com.example.app://cb/x", "com.example.app:", None),
        ] {
            let uri = RedirectUri::parse(uri, true).unwrap();
            assert_eq!((uri.form_action().as_str(), uri.host()), (source, host));
        }
    }

    #[test]
    fn only_the_three_names_of_this_device_are_loopback() {
        for (uri, here) in [
            ("http://127.0.0.1:1/cb", true),
            ("http://[::1]:1/cb", true),
            ("https://LOCALHOST/cb", true),
            ("https://localhost.example/cb", false),
            ("https://127.0.0.2/cb", false),
            ("com.example.app:/cb", false),
        ] {
            assert_eq!(RedirectUri::parse(uri, true).unwrap().is_loopback(), here, "{uri}");
        }
    }

    #[test]
    fn each_fault_has_a_word_for_programs() {
        use InvalidRedirectUri as E;
        for (fault, word) in [
            (E::Malformed, "malformed_uri"),
            (E::DisguisedAddress, "malformed_uri"),
            (E::TooLong, "too_long"),
            (E::Fragment, "fragment_not_allowed"),
            (E::UserInfo, "user_info_not_allowed"),
            (E::Wildcard, "wildcard_not_allowed"),
            (E::InsecureScheme, "insecure_scheme"),
            (E::ForbiddenScheme, "scheme_not_allowed"),
        ] {
            assert_eq!(fault.code(), word);
        }
    }

    #[test]
    fn each_fault_has_its_name() {
        use InvalidRedirectUri as E;
        for (text, fault) in [
            ("https://a.example/cb#x", E::Fragment),
            ("https://good.example@evil.example/cb", E::UserInfo),
            ("https://a.example\\@evil.example/", E::Malformed),
            ("https://*.example.com/cb", E::Wildcard),
            ("http://a.example/cb", E::InsecureScheme),
            ("http://127.0.0.1.evil.example/cb", E::InsecureScheme),
            ("http://localhost.:80/cb", E::InsecureScheme),
            ("http://127.1/cb", E::InsecureScheme),
            ("https://0177.0.0.1/cb", E::DisguisedAddress),
            ("https://2130706433/cb", E::DisguisedAddress),
            ("https://0x7f.1/cb", E::DisguisedAddress),
            ("https://[0:0:0:0:0:0:0:1]/cb", E::DisguisedAddress),
            ("http://localhost:99999/cb", E::Malformed),
            ("javascript:alert(1)", E::ForbiddenScheme),
            ("data:text/html,x", E::ForbiddenScheme),
            ("myapp:/cb", E::ForbiddenScheme),
            ("com.example.app:/cb", E::ForbiddenScheme),
            ("HTTPS://a.example/", E::ForbiddenScheme),
            ("/callback", E::Malformed),
            ("", E::Malformed),
            ("https:///cb", E::Malformed),
            ("https://a.example/c b", E::Malformed),
            ("https://exämple.com/", E::Malformed),
            ("https:a.example", E::Malformed),
            ("https://a.example/<script>", E::Malformed),
            ("https://a.example/\"x", E::Malformed),
            ("https://a.example/%zz", E::Malformed),
            ("https://a.example/%4", E::Malformed),
            ("https://a.example:/", E::Malformed),
            ("https://a.example:0/", E::Malformed),
            ("https://a.example:00443/", E::Malformed),
            ("http://127.0.0.1:00080/cb", E::Malformed),
            ("https://a..example/", E::Malformed),
            ("https://-a/", E::Malformed),
            ("https://[::1/cb", E::Malformed),
            ("http://[::1/cb", E::Malformed),
        ] {
            assert_eq!(RedirectUri::parse(text, false), Err(fault), "{text}");
        }
        assert_eq!(RedirectUri::parse("myapp:/cb", true), Err(E::ForbiddenScheme));
        assert_eq!(RedirectUri::parse("a.example://user:pw@host/", true), Err(E::UserInfo));
        for scheme in
            ["1.example", ".example", "com..example", "com.example-", "-com.example", "com.exAmple", "com.ex+ample"]
        {
            let known = RedirectUri::parse(&format!("{scheme}:/cb"), true).is_ok();
            assert_eq!(known, scheme == "com.example-", "{scheme}");
        }
        let long = |length: usize| format!("https://a.example/{:a<1$}", "", length - "https://a.example/".len());
        assert!(RedirectUri::parse(&long(MAX_LENGTH), false).is_ok());
        assert_eq!(RedirectUri::parse(&long(MAX_LENGTH + 1), false), Err(E::TooLong));
    }
}
