//! How browsers reach this service.

use url::{Host, Url};

/// The origin of the public URL: where our pages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicOrigin {
    origin: String,
    /// `https`: browsers come encrypted, perhaps to a proxy before us.
    pub is_https: bool,
    /// Plain `http` to this very machine: the one place where a cookie need not be `Secure`.
    pub is_loopback_http: bool,
}

impl PublicOrigin {
    /// The settings have checked that it is a URL; what is none is the origin of nothing.
    pub fn new(public_url: &str) -> Self {
        let url = Url::parse(public_url).ok();
        let is_https = url.as_ref().is_some_and(|url| url.scheme() == "https");
        let is_loopback = url.as_ref().and_then(Url::host).is_some_and(|host| is_loopback(&host));
        let origin = url.map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        Self { origin, is_https, is_loopback_http: is_loopback && !is_https }
    }

    /// As a browser writes it in `Origin`: `https://api.example.com`.
    pub fn as_str(&self) -> &str {
        &self.origin
    }
}

/// Whether only this machine is reached by it. A name that merely resolves to it does not count: anybody can have one.
pub(super) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref() == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_knows_how_safe_its_way_is() {
        for (url, https, loopback_http) in [
            ("https://api.example.com", true, false),
            ("https://localhost:8443", true, false),
            ("http://127.0.0.1:8080", false, true),
            ("http://localhost:8080", false, true),
            ("http://[::1]:8080", false, true),
            ("http://10.0.0.1:8080", false, false),
            ("http://localhost.example.com", false, false),
        ] {
            let origin = PublicOrigin::new(url);
            assert_eq!((origin.as_str(), origin.is_https, origin.is_loopback_http), (url, https, loopback_http));
        }
    }
}
