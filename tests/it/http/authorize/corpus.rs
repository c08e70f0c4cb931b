//! S7, V3, 4.1, 4.11: of everything that looks like a registered redirect URI only that one is gone to, and on a loopback
//! address its other ports.
//!
//! Each request has a fault that redirects, so that a redirect URI that is let through shows itself by a redirect.

use std::collections::BTreeSet;

use serde_json::json;

use crate::http::browser::Browser;
use crate::http::code_flow::{Request, signed_in, start};
use crate::http::world::Actor;

/// A URI in its parts: scheme with what follows it, host, port, path and query.
struct Parts {
    scheme: &'static str,
    host: &'static str,
    port: &'static str,
    tail: &'static str,
}

impl Parts {
    fn text(&self) -> String {
        let Self { scheme, host, port, tail } = self;
        format!("{scheme}{host}{port}{tail}")
    }
}

const HTTPS: Parts = Parts { scheme: "https://", host: "good.example", port: "", tail: "/cb?a=1&b=%2f" };
const LOOPBACK: Parts = Parts { scheme: "http://", host: "127.0.0.1", port: ":8976", tail: "/cb?a=1&b=%2f" };
const IPV6: Parts = Parts { scheme: "http://", host: "[::1]", port: ":8976", tail: "/cb?a=1&b=%2f" };
const OWN: Parts = Parts { scheme: "com.good.app:", host: "", port: "", tail: "/cb?a=1&b=%2f" };

const SCHEMES: [&str; 39] = [
    "com.good.app2:",
    "com.good.ap:",
    "com.good:",
    "com.good.app.evil:",
    "evil.com.good.app:",
    "COM.good.app:",
    "com.good.app.:",
    "com..good.app:",
    "com.good.app%3a",
    "com.good.app:/",
    "com.good.app:evil.example/",
    "com-good-app:",
    "http://",
    "https://",
    "HTTPS://",
    "hTTps://",
    "http:",
    "https:",
    "https:/",
    "https:///",
    "https:\\\\",
    "https:/\\",
    "https://\\",
    "//",
    "\\\\",
    "/",
    "",
    "ftp://",
    "ws://",
    "javascript://",
    "javascript:alert(1)//",
    "data:text/html,",
    "view-source:https://",
    " https://",
    "\thttps://",
    "ht\ntps://",
    "https:// ",
    "com.good.app://",
    "com.good.app:",
];

const HOSTS: [&str; 97] = [
    "evil.example",
    "good.example.evil.example",
    "evilgood.example",
    "good.example.",
    "good.example..",
    ".good.example",
    "sub.good.example",
    "GOOD.example",
    "good.examp1e",
    "g\u{043e}od.example",
    "go\u{043e}d.example",
    "good.ex\u{0430}mple",
    "g\u{ff4f}od.example",
    "good\u{3002}example",
    "good\u{ff0e}example",
    "good\u{ff61}example",
    "xn--god-jua.example",
    "go\u{200d}od.example",
    "go\u{ad}od.example",
    "\u{202e}elpmaxe.doog",
    "good.example@evil.example",
    "good.example%40evil.example",
    "good.example:x@evil.example",
    "user@good.example",
    "user:password@good.example",
    "@good.example",
    ":@good.example",
    "evil.example\\@good.example",
    "good.example\\@evil.example",
    "evil.example#@good.example",
    "good.example#@evil.example",
    "evil.example?@good.example",
    "evil.example/@good.example",
    "evil.example;good.example",
    "evil.example,good.example",
    "evil.example good.example",
    "evil.example%00good.example",
    "good.example%00.evil.example",
    "good.example\u{0}.evil.example",
    "good.example%2eevil.example",
    "good%2eexample",
    "good%2Eexample",
    "good.example%20",
    "good.example%09",
    "good.example%0a",
    "good.\texample",
    "good.\nexample",
    "good.\rexample",
    "good.example\\.evil.example",
    "good.example&evil.example",
    "[good.example]",
    "*.example",
    "*",
    "127.0.0.1",
    "127.0.0.1.evil.example",
    "127.0.0.1@evil.example",
    "evil.example@127.0.0.1",
    "127.0.0.2",
    "127.1",
    "127.0.1",
    "0.0.0.0",
    "0",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.01",
    "127.000.000.001",
    "127.0.0.1.",
    "127%2e0%2e0%2e1",
    "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "localhost.evil.example",
    "[::1]",
    "[::1].evil.example",
    "[0:0:0:0:0:0:0:1]",
    "[::1%25lo]",
    "[::1%lo]",
    "[::ffff:127.0.0.1]",
    "[::]",
    "::1",
    "good-example",
    "goodexample",
    "good.example.com",
    "good.exampl",
    "ood.example",
    "www.good.example",
    "good..example",
    "good.example:",
    "good.example%23.evil.example",
    "good.example%3f.evil.example",
    "good.example%5c.evil.example",
    "good.example%2f.evil.example",
    "xn--good-.example",
];

const PORTS: [&str; 22] = [
    ":443",
    ":80",
    ":8443",
    ":0",
    ":",
    ":65535",
    ":65536",
    ":99999",
    ":+80",
    ":-1",
    ":080",
    ":00008976",
    ":8976a",
    ":8 9",
    ":\u{0668}",
    ":80:81",
    ":80@evil.example",
    ":80\\@evil.example",
    ":%38",
    ":*",
    ":80#",
    ":1",
];

const TAILS: [&str; 58] = [
    "",
    "/",
    "/cb",
    "/cb?",
    "/cb/",
    "/cb/?a=1&b=%2f",
    "//cb?a=1&b=%2f",
    "/./cb?a=1&b=%2f",
    "/x/../cb?a=1&b=%2f",
    "/%2e/cb?a=1&b=%2f",
    "/x/%2e%2e/cb?a=1&b=%2f",
    "/%2fcb?a=1&b=%2f",
    "\\cb?a=1&b=%2f",
    "/\\cb?a=1&b=%2f",
    "/CB?a=1&b=%2f",
    "/cB?a=1&b=%2f",
    "/%63b?a=1&b=%2f",
    "/cb;x?a=1&b=%2f",
    "/cb%00?a=1&b=%2f",
    "/cb\u{0}?a=1&b=%2f",
    "/cb%20?a=1&b=%2f",
    "/cb ?a=1&b=%2f",
    "/cb%09?a=1&b=%2f",
    "/cb\t?a=1&b=%2f",
    "/c\nb?a=1&b=%2f",
    "/cb.?a=1&b=%2f",
    "/cbx?a=1&b=%2f",
    "/cb/x?a=1&b=%2f",
    "/cb/../../evil?a=1&b=%2f",
    "/cb%3fa=1&b=%2f",
    "/cb?a=1",
    "/cb?b=%2f&a=1",
    "/cb?a=1&b=%2F",
    "/cb?a=1&b=/",
    "/cb?a=1&b=%252f",
    "/cb?a=1&b=%2f&",
    "/cb?a=1&b=%2f&c=2",
    "/cb?&a=1&b=%2f",
    "/cb?a=1&&b=%2f",
    "/cb?a=1;b=%2f",
    "/cb?A=1&b=%2f",
    "/cb?a=01&b=%2f",
    "/cb?a=1&b=%2f#",
    "/cb?a=1&b=%2f#x",
    "/cb#?a=1&b=%2f",
    "/cb?a=1&b=%2f%23",
    "/cb?a=1&b=%2f ",
    "/cb?a=1&b=%2f%20",
    "/cb?a=1&b=%2f%0d%0aset-cookie:x=y",
    "/cb?a=1&b=%2f\r\nset-cookie: x=y",
    "/cb?a=1&b=%2f%",
    "/cb?a=1&b=%2f%zz",
    "/cb?a=1&b=%2f\"><script>alert(1)</script>",
    "/cb?a=1&b=%2f'onclick='x",
    "/cb?a=1&b=%2f\u{e9}",
    "/cb?a=1&a=1&b=%2f",
    "/cb?a=1&b=%2f&code=evil",
    "/cb/*?a=1&b=%2f",
];

/// Every change of one part of a URI, a few of two, and itself in another dress.
fn variants(of: &Parts) -> BTreeSet<String> {
    let Parts { scheme, host, port, tail } = of;
    let exact = of.text();
    let mut all: BTreeSet<String> = BTreeSet::new();
    all.extend(SCHEMES.iter().map(|scheme| format!("{scheme}{host}{port}{tail}")));
    for other in HOSTS {
        all.insert(format!("{scheme}{other}{port}{tail}"));
        all.insert(format!("{scheme}{other}{tail}"));
    }
    all.extend(PORTS.iter().map(|port| format!("{scheme}{host}{port}{tail}")));
    all.extend(TAILS.iter().map(|tail| format!("{scheme}{host}{port}{tail}")));
    // The exact text with something around it or missing of it, and in other encodings.
    for odd in
        [" ", "\t", "\n", "\r\n", "\u{0}", "\u{a0}", "\u{feff}", "\u{200b}", "/", "#", "%", ",", ";", "\"", "'", "."]
    {
        all.insert(format!("{odd}{exact}"));
        all.insert(format!("{exact}{odd}"));
    }
    all.extend((1..exact.len()).map(|end| exact[..end].to_owned()));
    all.extend((1..exact.len()).map(|start| exact[start..].to_owned()));
    all.extend([
        exact.to_uppercase(),
        format!("{exact}{exact}"),
        format!("{exact} {exact}"),
        format!("{exact},{exact}"),
        format!("https://evil.example/?u={exact}"),
        format!("https://evil.example/{exact}"),
        format!("https://evil.example#{exact}"),
        exact.replace('/', "%2f"),
        exact.replace(':', "%3a"),
        exact.replace('/', "\\"),
        exact.replace('/', "\u{2044}"),
        exact.replace('/', "\u{2215}"),
        exact.replace(':', "\u{ff1a}"),
        exact.replace('?', "%3f"),
        exact.replace("%2f", "%5c"),
        exact.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c)).collect(),
    ]);
    all.remove(&exact);
    all
}

/// Whether a variant of a loopback URI differs in nothing but a port that exists.
fn differs_in_port_only(of: &Parts, variant: &str) -> bool {
    let middle = variant.strip_prefix(&format!("{}{}", of.scheme, of.host)).and_then(|rest| rest.strip_suffix(of.tail));
    let exists = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0 && port.to_string() == text);
    of.scheme == "http://" && middle.is_some_and(|port| port.is_empty() || port.strip_prefix(':').is_some_and(exists))
}

async fn probe(of: &Parts, own_scheme: bool, ports: usize) {
    let exact = of.text();
    let client_type = if own_scheme { "public" } else { "confidential" };
    let (app, client) = start(json!({"client_type": client_type, "redirect_uris": [exact]})).await;
    let faulty = Request::of(&client).without("response_type");
    let all = variants(of);
    assert!(all.len() >= 300, "{}", all.len());
    let mut redirected = 0;
    for browser in [Browser::new(&app), signed_in(&app, Actor::Member).await] {
        for variant in &all {
            let page = browser.get(&faulty.with("redirect_uri", variant).path()).await;
            if differs_in_port_only(of, variant) {
                assert!(page.location().starts_with(&format!("{variant}&error=invalid_request&")), "{variant}");
                redirected += 1;
                continue;
            }
            assert_eq!((page.status, page.location()), (400, ""), "{variant:?}");
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{variant:?}");
            assert!(page.headers.get("refresh").is_none() && page.headers.get("link").is_none(), "{variant:?}");
            let is_telling = variant.len() > 8;
            assert!(!is_telling || !page.text.contains(variant), "{variant:?} is shown");
            assert!(!page.text.contains("evil") && !page.text.contains("<script"), "{variant:?}: {}", page.text);
        }
        let page = browser.get(&faulty.with("redirect_uri", &exact).path()).await.expect(303);
        assert!(page.location().starts_with(&format!("{exact}&error=invalid_request&")), "{}", page.location());
    }
    assert_eq!(redirected, ports * 2, "ports that are allowed, for two browsers");
}

#[tokio::test]
async fn s7_az2_az3_against_an_https_uri() {
    probe(&HTTPS, false, 0).await;
}

#[tokio::test]
async fn s7_az4_against_a_loopback_uri() {
    // None, 443, 80, 8443, 65535 and 1. 080 is 80 to a parser, and to us no port.
    probe(&LOOPBACK, false, 6).await;
}

#[tokio::test]
async fn s7_az4_against_an_ipv6_loopback_uri() {
    probe(&IPV6, false, 6).await;
}

#[tokio::test]
async fn s7_az7_against_an_own_scheme() {
    probe(&OWN, true, 0).await;
}
