//! Judging values that could be read.

use url::Url;

use super::load::ConfigError;
use super::{Config, Network};
use crate::http::cors::is_origin;

/// What a URL may begin with.
const DATABASES: [&str; 3] = ["sqlite", "postgres", "postgresql"];

/// What the URL of an EventStoreDB or KurrentDB may begin with.
const EVENT_STORES: [&str; 4] = ["esdb", "esdb+discover", "kurrentdb", "kurrentdb+discover"];

/// A century: more would leave the calendar.
const MAX_DAYS: u32 = 36_500;

/// The settings, when each of them can be used.
///
/// # Errors
/// [`ConfigError::Value`] names the first that cannot.
pub(super) fn check(config: Config) -> Result<Config, ConfigError> {
    numbers(&config)?;
    public_url(&config)?;
    lists(&config)?;
    databases(&config)?;
    telemetry(&config)?;
    Ok(config)
}

fn fault(name: &'static str, fault: impl Into<String>) -> Result<(), ConfigError> {
    Err(ConfigError::Value { name, fault: fault.into() })
}

fn numbers(config: &Config) -> Result<(), ConfigError> {
    if config.refresh_retry_seconds > 60 {
        return fault("refresh_retry_seconds", "must be 0 to 60");
    }
    if config.security_log_days > MAX_DAYS {
        return fault("security_log_days", "must be 0 to 36500");
    }
    if config.token_issuer.is_empty() {
        return fault("token_issuer", "must not be empty");
    }
    Ok(())
}

fn public_url(config: &Config) -> Result<(), ConfigError> {
    let Some(public_url) = &config.public_url else { return Ok(()) };
    let url = Url::parse(public_url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let plain = url.is_some_and(|url| {
        // As it is written it becomes the issuer, which clients compare letter by letter.
        url.as_str().strip_suffix('/') == Some(public_url)
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    });
    if !plain || public_url.ends_with('/') {
        return fault(
            "public_url",
            "must be like https://api.example.com: lower case, without a default port, a path or a slash at its end",
        );
    }
    Ok(())
}

fn lists(config: &Config) -> Result<(), ConfigError> {
    if let Some(email) = config.operators().iter().find(|email| !email.contains('@')) {
        return fault("operators", format!("must be e-mail addresses separated by commas, which '{email}' is not"));
    }
    if let Some(other) = config.cors_origins().iter().find(|origin| !is_origin(origin)) {
        let wanted = "must be origins like https://app.example.com, as browsers send them, separated by commas";
        return fault("cors_origins", format!("{wanted}, which '{other}' is not"));
    }
    let networks = config.trusted_proxy.iter().flat_map(|text| text.split(',')).map(str::trim);
    if let Some(other) = networks.filter(|text| !text.is_empty()).find(|text| text.parse::<Network>().is_err()) {
        return fault("trusted_proxy", format!("must be networks like 10.0.0.0/8 or fd00::/8, which '{other}' is not"));
    }
    Ok(())
}

fn telemetry(config: &Config) -> Result<(), ConfigError> {
    if config.telemetry_percent > 100 {
        return fault("telemetry_percent", "must be 0 to 100");
    }
    let Some(collector) = &config.telemetry_url else { return Ok(()) };
    if !cfg!(feature = "telemetry") {
        return fault("telemetry_url", "names a collector, and this program was built without --features telemetry");
    }
    let url = Url::parse(collector).ok().filter(|url| url.scheme() == "http" && url.query().is_none());
    let url = url.filter(|url| url.username().is_empty() && url.password().is_none());
    if url.is_none() {
        return fault(
            "telemetry_url",
            "must be like http://127.0.0.1:4318; a collector here can reach others over TLS",
        );
    }
    Ok(())
}

fn databases(config: &Config) -> Result<(), ConfigError> {
    for (name, url) in [("database_url", &config.database_url), ("event_store_url", &config.event_store_url)] {
        let Some(url) = url else { continue };
        let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
        if name == "event_store_url" && EVENT_STORES.contains(&scheme) {
            if cfg!(feature = "eventstore") {
                continue;
            }
            return fault(name, "names an EventStoreDB, and this program was built without --features eventstore");
        }
        if !DATABASES.contains(&scheme) {
            return fault(name, "must be sqlite:FOLDER or postgres://user:password@host:5432/database");
        }
    }
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if config.tms_schema.is_empty() || !config.tms_schema.chars().all(is_name) {
        return fault("tms_schema", "must be a name of lower-case letters, digits and _");
    }
    Ok(())
}
