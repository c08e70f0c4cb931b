//! Redirect URIs: what may be registered, and what a request may name for it.

use routix_domain::value::RedirectUri;
use url::{Host, Url};

const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

/// Two lines: what is registered, and what is asked for.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (registered, requested) = text.split_once('\n').unwrap_or((text, text));
    for own_scheme in [false, true] {
        if let Ok(uri) = RedirectUri::parse(registered, own_scheme) {
            a_registered_one(&uri, registered, own_scheme);
            assert!(uri.admits(registered));
            if uri.admits(requested) {
                an_admitted_one(registered, requested);
            }
        }
    }
    for registered in ["https://client.example/cb", "http://127.0.0.1:8976/cb", "com.example.app:/cb"] {
        let uri = RedirectUri::parse(registered, true);
        if uri.is_ok_and(|uri| uri.admits(requested)) {
            an_admitted_one(registered, requested);
        }
    }
}

fn a_registered_one(uri: &RedirectUri, text: &str, own_scheme: bool) {
    assert_eq!(uri.as_str(), text, "it is kept as it was written");
    assert!(text.is_ascii() && !text.contains(|c: char| c.is_ascii_control() || " \\#<>\"".contains(c)));
    let Ok(url) = Url::parse(text) else { panic!("{text} is no URL to a browser") };
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
    match url.scheme() {
        "https" => assert_eq!(browser_host(&url), uri.host().map(str::to_ascii_lowercase), "{text}"),
        "http" => assert!(is_on_this_device(&url), "{text}"),
        other => assert!(own_scheme && other.contains('.'), "{text}"),
    }
    assert!(!uri.form_action().contains([' ', ';', ',', '\'']), "{text} breaks out of the policy");
}

/// As a browser sees it; numbers that are addresses in disguise are compared by what they name.
fn browser_host(url: &Url) -> Option<String> {
    match url.host()? {
        Host::Domain(name) => Some(name.to_owned()),
        Host::Ipv4(address) => Some(address.to_string()),
        Host::Ipv6(address) => Some(format!("[{address}]")),
    }
}

fn is_on_this_device(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The very same text, or another port on this device.
fn an_admitted_one(registered: &str, requested: &str) {
    if registered == requested {
        return;
    }
    let (Ok(one), Ok(other)) = (Url::parse(registered), Url::parse(requested)) else { panic!("{requested}") };
    assert!(LOOPBACK.iter().any(|start| requested.starts_with(start)) && is_on_this_device(&other), "{requested}");
    assert_eq!((one.host(), one.path(), one.query()), (other.host(), other.path(), other.query()), "{requested}");
    assert!(other.username().is_empty() && other.fragment().is_none(), "{requested}");
    assert_eq!(RedirectUri::parse(requested, false).as_ref().map(RedirectUri::as_str), Ok(requested));
}
