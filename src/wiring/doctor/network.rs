//! How others reach this service, and whom it believes.

use std::io::ErrorKind;
use std::net::{IpAddr, TcpListener};

use url::{Host, Url};

use super::files::Server;
use super::finding::{Finding, told};
use crate::config::{Config, Network};

pub(super) fn settings(config: &Config) -> Vec<Finding> {
    vec![public_url(config), proxies(config)]
}

fn public_url(config: &Config) -> Finding {
    let Some(text) = &config.public_url else {
        let remedy = "set --public-url (or ROUTIX_PUBLIC_URL): the URL under which others reach this service";
        return Finding::problem("public URL", "is not set", remedy);
    };
    if text.starts_with("https://") || is_of_this_machine(text) {
        return Finding::ok("public URL", text);
    }
    let found = format!("{text} is not encrypted: passwords, secrets and tokens can be read on their way");
    Finding::warning("public URL", found, "end TLS in a proxy in front, and make it https://")
}

/// Whether nobody but this machine can use the URL.
fn is_of_this_machine(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn proxies(config: &Config) -> Finding {
    let networks = config.trusted_proxies();
    if networks.iter().any(Network::is_everything) {
        let found = "everybody is believed about who called: limits and the security log can be deceived";
        return Finding::problem("trusted proxies", found, "set --trusted-proxy to the addresses of the proxies alone");
    }
    if networks.is_empty() && config.public_url.as_ref().is_some_and(|url| url.starts_with("https://")) {
        let found = "none is set, so all who come through the proxy that ends TLS count as one network";
        let remedy = "set --trusted-proxy to its address; it must add the caller's to X-Forwarded-For";
        return Finding::warning("trusted proxies", found, remedy);
    }
    Finding::ok(
        "trusted proxies",
        config.trusted_proxy.as_deref().unwrap_or("none: forwarded headers are not believed"),
    )
}

pub(super) fn listen(config: &Config, server: Server) -> Finding {
    let address = config.listen;
    if server == Server::Runs {
        return Finding::ok("address", format!("{address} is for the server that runs"));
    }
    let error = match TcpListener::bind(address) {
        Ok(_let_go_at_once) => return Finding::ok("address", format!("{address} is free{}", reach(address.ip()))),
        Err(error) => error,
    };
    if error.kind() == ErrorKind::AddrInUse && server == Server::Unknown {
        let found = format!("{address} is taken, by a routix that runs or by another program");
        return Finding::warning("address", found, "find out which; choose another --listen");
    }
    Finding::problem("address", format!("cannot listen on {address}: {}", told(&error)), "choose another --listen")
}

fn reach(address: IpAddr) -> &'static str {
    if address.is_loopback() { ", for this machine alone" } else { "" }
}
