//! Reading settings from their sources and judging them.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde_json::{Map, Value};
use url::Url;

use super::Config;

/// A setting that cannot be used. The text names the setting and where it came from.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot use the settings: {0}")]
    Unusable(String),
    #[error("the setting {name} {fault}")]
    Value { name: &'static str, fault: String },
    #[error("cannot read the file named by {0}")]
    SecretFile(String, #[source] std::io::Error),
}

/// Settings that may be given as a file, because they can hold a password: `ROUTIX_DATABASE_URL_FILE`.
const AS_FILE: [&str; 3] = ["database_url", "event_store_url", "tms_url"];

/// What a URL may begin with.
const DATABASES: [&str; 3] = ["sqlite", "postgres", "postgresql"];

/// What the URL of an EventStoreDB or KurrentDB may begin with.
const EVENT_STORES: [&str; 4] = ["esdb", "esdb+discover", "kurrentdb", "kurrentdb+discover"];

/// A century: more would leave the calendar.
const MAX_DAYS: u32 = 36_500;

/// Merges `flags` over the environment over the TOML file over `defaults`.
///
/// # Errors
/// [`ConfigError`] for an unknown key, a value of the wrong form, or a file that cannot be read.
pub fn load(defaults: Config, file: Option<&Path>, flags: Map<String, Value>) -> Result<Config, ConfigError> {
    let mut figment = Figment::from(Serialized::defaults(defaults));
    if let Some(path) = file {
        figment = figment.merge(Toml::file_exact(path));
    }
    // Other variables of that prefix belong to tests and to the shell that sourced demo.env.
    let known: Vec<String> = figment_keys();
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    figment = figment.merge(Env::prefixed("ROUTIX_").only(&names));
    for name in AS_FILE {
        if let Some(path) = Env::var(&format!("ROUTIX_{}_FILE", name.to_uppercase())) {
            let value = std::fs::read_to_string(&path).map_err(|error| ConfigError::SecretFile(path, error))?;
            figment = figment.merge((name, value.trim().to_owned()));
        }
    }
    let config: Config = figment.merge(Serialized::defaults(flags)).extract().map_err(|error| {
        let source = error.metadata.as_ref().map(|from| format!(" (from {})", from.name)).unwrap_or_default();
        ConfigError::Unusable(format!("{error}{source}"))
    })?;
    check(config)
}

/// The name of the account that runs this program, for the log of commands.
pub fn account() -> String {
    let named = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(Env::var).filter(|name| !name.is_empty());
    // In a container or a timer nobody set a name; the number of the account is still somebody.
    let numbered = || std::fs::metadata("/proc/self").map(|process| format!("uid:{}", process.uid())).ok();
    named.or_else(numbered).unwrap_or_else(|| "unknown".to_owned())
}

fn figment_keys() -> Vec<String> {
    match serde_json::to_value(Config::default()) {
        Ok(Value::Object(members)) => members.into_iter().map(|(name, _)| name).collect(),
        Ok(_) | Err(_) => Vec::new(),
    }
}

fn check(config: Config) -> Result<Config, ConfigError> {
    let fault = |name, fault: &str| Err(ConfigError::Value { name, fault: fault.to_owned() });
    if config.refresh_retry_seconds > 60 {
        return fault("refresh_retry_seconds", "must be 0 to 60");
    }
    if config.security_log_days > MAX_DAYS {
        return fault("security_log_days", "must be 0 to 36500");
    }
    if config.token_issuer.is_empty() {
        return fault("token_issuer", "must not be empty");
    }
    if let Some(public_url) = &config.public_url {
        let url = Url::parse(public_url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let plain = url.is_some_and(|url| {
            // As it is written it becomes the issuer, which clients compare letter by letter.
            url.as_str().strip_suffix('/') == Some(public_url)
                && url.path() == "/"
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
        });
        if !plain || public_url.ends_with('/') {
            return fault(
                "public_url",
                "must be like https://api.example.com: lower case, without a default port, a path or a slash at its end",
            );
        }
    }
    if let Some(email) = config.operators().iter().find(|email| !email.contains('@')) {
        return Err(ConfigError::Value {
            name: "operators",
            fault: format!("must be e-mail addresses separated by commas, which '{email}' is not"),
        });
    }
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
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(members) => members,
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                panic!("{other} is no object")
            }
        }
    }

    #[test]
    fn a_flag_wins_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("routix.toml");
        std::fs::write(&path, "api_rate_limit = 7\nfailure_limit = 9\n").unwrap();
        let config = load(Config::default(), Some(&path), flags(serde_json::json!({"api_rate_limit": 8}))).unwrap();
        assert_eq!((config.api_rate_limit, config.failure_limit, config.token_issuer.as_str()), (8, 9, "supabase"));
    }

    #[test]
    fn the_compose_file_sets_what_there_is() {
        let set = include_str!("../../docker-compose.yml").lines().filter_map(|line| line.trim().split_once(": "));
        let names: Vec<_> = set.filter_map(|(name, _)| name.strip_prefix("ROUTIX_")).collect();
        assert!(names.len() >= 5, "{names:?}");
        for name in names {
            assert!(figment_keys().contains(&name.to_lowercase()), "{name}");
        }
    }

    #[test]
    fn an_unknown_key_or_a_bad_value_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("routix.toml");
        std::fs::write(&path, "api_rate_limits = 7\n").unwrap();
        assert!(load(Config::default(), Some(&path), Map::new()).unwrap_err().to_string().contains("api_rate_limits"));
        for (name, value) in [
            ("refresh_retry_seconds", serde_json::json!(61)),
            ("security_log_days", serde_json::json!(36_501)),
            ("public_url", serde_json::json!("https://api.example.com/base")),
            ("public_url", serde_json::json!("ftp://api.example.com")),
            ("public_url", serde_json::json!("HTTPS://API.example.com:443")),
            ("database_url", serde_json::json!("mysql://x")),
            ("event_store_url", serde_json::json!("mysql://x")),
            ("tms_schema", serde_json::json!("a b")),
            ("listen", serde_json::json!("nowhere")),
            ("admin_listen", serde_json::json!("9090")),
        ] {
            let error =
                load(Config::default(), None, flags(serde_json::json!({ name: value }))).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
