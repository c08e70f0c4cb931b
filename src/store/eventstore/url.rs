//! From the URL of a setting to the client's settings.

use eventstore::{ClientSettings, ClientSettingsParseError};

/// What the client calls the schemes that an operator may write.
const SCHEMES: [(&str, &str); 4] = [
    ("esdb://", "esdb://"),
    ("esdb+discover://", "esdb+discover://"),
    ("kurrentdb://", "esdb://"),
    ("kurrentdb+discover://", "esdb+discover://"),
];

/// The client rests so long before its first attempt too, and by itself for half a second.
const DISCOVERY_INTERVAL: &str = "discoveryInterval=10";

/// The parse error's texts that repeat only a parameter; others repeat hosts, or the URL with its password.
const HARMLESS: [&str; 4] =
    ["Invalid format for param", "Unknown node preference", "Invalid keepAlive", "Invalid user certificate settings"];

/// The URL of the event store cannot be used. The text has no part of the URL but the parameter at fault.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EventStoreUrlError {
    #[error("the URL of an event store begins with esdb://, esdb+discover://, kurrentdb:// or kurrentdb+discover://")]
    Scheme,
    #[error("the URL of the event store cannot be read: {0}")]
    Malformed(String),
}

pub(super) fn settings(url: &str) -> Result<ClientSettings, EventStoreUrlError> {
    let (rest, scheme) = SCHEMES
        .iter()
        .find_map(|(written, scheme)| Some((url.strip_prefix(written)?, *scheme)))
        .ok_or(EventStoreUrlError::Scheme)?;
    let has_interval = rest.to_ascii_lowercase().contains("discoveryinterval=");
    let (join, interval) = match (has_interval, rest.contains('?')) {
        (true, _) => ("", ""),
        (false, true) => ("&", DISCOVERY_INTERVAL),
        (false, false) => ("?", DISCOVERY_INTERVAL),
    };
    format!("{scheme}{rest}{join}{interval}").parse().map_err(|error| EventStoreUrlError::Malformed(harmless(&error)))
}

fn harmless(error: &ClientSettingsParseError) -> String {
    let message = error.message();
    match error.error() {
        Some(error) => error.to_string(),
        None if HARMLESS.iter().any(|beginning| message.starts_with(beginning)) => message.to_owned(),
        None => "it is scheme, user, hosts with ports, and parameters".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(url: &str) -> Vec<String> {
        let settings = settings(url).unwrap();
        settings.hosts().iter().map(|host| format!("{}:{}", host.host, host.port)).collect()
    }

    #[test]
    fn both_names_of_the_product_are_understood() {
        assert_eq!(hosts("esdb://localhost?tls=false"), ["localhost:2113"]);
        assert_eq!(hosts("kurrentdb://admin:changeit@db:2114"), ["db:2114"]);
        assert_eq!(hosts("kurrentdb://a:1,b:2,c:3?tls=false"), ["a:1", "b:2", "c:3"]);
        assert_eq!(settings("kurrentdb+discover://db:2113").unwrap(), settings("esdb+discover://db:2113").unwrap());
    }

    #[test]
    fn the_rest_before_the_first_attempt_is_short_unless_the_operator_says_otherwise() {
        let same = |one: &str, other: &str| assert_eq!(settings(one).unwrap(), settings(other).unwrap());
        same("esdb://db", "esdb://db?discoveryInterval=10");
        same("esdb://db?tls=false", "esdb://db?tls=false&discoveryInterval=10");
        same("esdb://db?DiscoveryInterval=750", "esdb://db?discoveryInterval=750");
        assert_ne!(settings("esdb://db").unwrap(), settings("esdb://db?discoveryInterval=750").unwrap());
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (url, said) in [
            ("postgres://u:s3cret@db", "begins with esdb://"),
            ("esdb://u:s3cret@db:port", "invalid port number"),
            ("esdb://u:s3cret@db:1,db:port", "it is scheme, user, hosts"),
            ("esdb://u:s3,cret@db:x", "invalid port number"),
            ("esdb://u:s3cret@db/path", "it is scheme, user, hosts"),
            ("esdb://u:s3cret@db?tls=maybe", "param 'tls'"),
            ("esdb://u:s3cret@db?nodePreference=me", "node preference value 'me'"),
        ] {
            let error = settings(url).unwrap_err().to_string();
            assert!(error.contains(said) && !error.contains("s3"), "{url}: {error}");
        }
    }
}
