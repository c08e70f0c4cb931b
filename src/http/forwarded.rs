//! Who called, behind proxies: `X-Forwarded-For`, and `Forwarded` (RFC 7239).
//!
//! Anybody can send these headers. What stands in them is believed from the right, each address on the word of the trusted
//! proxy behind it, up to the first that is no trusted proxy: what stands before it is that caller's own word. Hosts and
//! schemes in them are not read; `--public-url` says those.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};

use crate::config::Network;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies in front that are believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    pub fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// The address of whoever called the first of the trusted proxies; `peer` itself when it is none of them.
    ///
    /// A proxy that writes `X-Forwarded-For` often hands on a `Forwarded` of the caller's, so the second is only looked at
    /// without the first.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trust(peer) {
            return peer;
        }
        let said = match said(headers, &X_FORWARDED_FOR, node) {
            None => said(headers, &header::FORWARDED, forwarded_for).unwrap_or_default(),
            Some(addresses) => addresses,
        };
        let mut client = peer;
        for address in said.into_iter().rev() {
            // What its last proxy said cannot be read: whoever is before that one is unknown.
            let Some(address) = address else { return client };
            client = address;
            if !self.trust(client) {
                return client;
            }
        }
        client
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// What the lines of a header say, one after the other as if they were one; `None` without the header. It is cut at every
/// comma: an address has none, and a quotation mark that somebody leaves open must not swallow what a proxy adds behind it.
fn said(headers: &HeaderMap, name: &HeaderName, read: impl Fn(&str) -> Option<IpAddr>) -> Option<Vec<Option<IpAddr>>> {
    let lines = headers.get_all(name);
    lines.iter().next()?;
    let elements = lines.iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    let elements = elements.map(<[u8]>::trim_ascii).filter(|element| !element.is_empty());
    Some(elements.map(|element| str::from_utf8(element).ok().and_then(&read)).collect())
}

/// The `for` of one element of `Forwarded`; nothing when it is not there, or not alone.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for")).map(|(_, value)| value.trim());
    let value = named.next().filter(|_| named.next().is_none())?;
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    node(quoted.unwrap_or(value))
}

/// An address, with or without a port. The names that RFC 7239, 6.3 allows instead tell nobody apart.
fn node(text: &str) -> Option<IpAddr> {
    let bracketed = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let address = match bracketed {
        Some(address) => address.parse().ok().map(IpAddr::V6),
        None => text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip())),
    };
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const PROXIES: [&str; 3] = ["10.0.0.0/8", "192.0.2.1", "fd00::/8"];

    /// Who called, as one of the proxies' neighbours would be told.
    fn client(peer: &str, lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let proxies = TrustedProxies::new(PROXIES.map(|network| network.parse().unwrap()).to_vec());
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    fn x(value: &str) -> (&'static str, &str) {
        ("x-forwarded-for", value)
    }

    fn f(value: &str) -> (&'static str, &str) {
        ("forwarded", value)
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        for lines in [&[x("198.51.100.7")][..], &[f("for=198.51.100.7")], &[x("10.0.0.2"), f("for=10.0.0.2")]] {
            assert_eq!(client("203.0.113.9", lines), "203.0.113.9");
            assert_eq!(client("2001:db8::9", lines), "2001:db8::9");
        }
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("198.51.100.7"));
        let nobody = TrustedProxies::default().client("10.0.0.2".parse().unwrap(), &headers);
        assert_eq!(nobody.to_string(), "10.0.0.2");
    }

    #[test]
    fn a_trusted_proxy_says_who_called_it() {
        for (lines, caller) in [
            (&[x("198.51.100.7")][..], "198.51.100.7"),
            (&[x("198.51.100.7:4711")], "198.51.100.7"),
            (&[x("2001:db8::7")], "2001:db8::7"),
            (&[x("[2001:db8::7]:4711")], "2001:db8::7"),
            (&[x("::ffff:198.51.100.7")], "198.51.100.7"),
            (&[f("for=198.51.100.7;proto=https;by=10.0.0.2")], "198.51.100.7"),
            (&[f("proto=https; For=\"[2001:db8::7]:4711\"")], "2001:db8::7"),
            (&[f("for=\"[2001:db8::7]\"")], "2001:db8::7"),
            (&[], "10.0.0.2"),
            (&[x("")], "10.0.0.2"),
        ] {
            assert_eq!(client("10.0.0.2", lines), caller, "{lines:?}");
        }
        assert_eq!(client("::ffff:10.0.0.2", &[x("198.51.100.7")]), "198.51.100.7");
        assert_eq!(client("fd00::2", &[x("198.51.100.7")]), "198.51.100.7");
    }

    #[test]
    fn what_a_caller_wrote_before_his_own_address_is_his_own_word() {
        for lines in [
            &[x("203.0.113.1, 198.51.100.7")][..],
            &[x("10.0.0.3, 198.51.100.7")],
            &[x("203.0.113.1"), x("198.51.100.7")],
            &[x("\", 198.51.100.7")],
            &[x("203.0.113.1,,garbage, 198.51.100.7 ,")],
            &[x("\u{e9}, 198.51.100.7")],
            &[f("for=203.0.113.1, for=198.51.100.7")],
            &[f("for=\"203.0.113.1"), f("for=198.51.100.7")],
            &[f("for=\"203.0.113.1, for=198.51.100.7")],
            &[f("for=203.0.113.1"), x("198.51.100.7")],
            &[x("198.51.100.7"), f("for=203.0.113.1")],
        ] {
            assert_eq!(client("10.0.0.2", lines), "198.51.100.7", "{lines:?}");
        }
    }

    #[test]
    fn several_trusted_proxies_are_passed_over() {
        for (lines, caller) in [
            (&[x("203.0.113.1, 198.51.100.7, 192.0.2.1, 10.1.1.1")][..], "198.51.100.7"),
            (&[x("203.0.113.1, 198.51.100.7"), x("fd00::1"), x("10.1.1.1")], "198.51.100.7"),
            (&[f("for=203.0.113.1, for=198.51.100.7, for=\"[fd00::1]\", for=10.1.1.1")], "198.51.100.7"),
            // A call from inside: the first of the chain is one of them.
            (&[x("10.9.9.9, 10.1.1.1")], "10.9.9.9"),
        ] {
            assert_eq!(client("10.0.0.2", lines), caller, "{lines:?}");
        }
    }

    #[test]
    fn behind_what_cannot_be_read_is_the_last_proxy_that_is_known() {
        for (lines, caller) in [
            (&[x("198.51.100.7, garbage")][..], "10.0.0.2"),
            (&[x("198.51.100.7, unknown, 10.1.1.1")], "10.1.1.1"),
            (&[x("198.51.100.7, 198.51.100.300")], "10.0.0.2"),
            (&[x("198.51.100.7, 10.1.1.1:port")], "10.0.0.2"),
            (&[x("198.51.100.7 203.0.113.1")], "10.0.0.2"),
            (&[x("fe80::1%eth0")], "10.0.0.2"),
            (&[f("for=_hidden")], "10.0.0.2"),
            (&[f("for=unknown, for=10.1.1.1")], "10.1.1.1"),
            (&[f("by=198.51.100.7")], "10.0.0.2"),
            (&[f("for=198.51.100.7;for=203.0.113.1")], "10.0.0.2"),
            // Who writes the one header often hands on the other.
            (&[x("garbage"), f("for=198.51.100.7")], "10.0.0.2"),
        ] {
            assert_eq!(client("10.0.0.2", lines), caller, "{lines:?}");
        }
    }
}
