//! One setting as it may be shown: with its origin, and without its password.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::Config;
use super::load::AS_FILE;

const REDACTED: &str = "[redacted]";

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--data-dir`.
    Flag(String),
    /// `ROUTIX_DATA_DIR`, or `ROUTIX_DATABASE_URL_FILE` for a value out of the file that it names.
    Variable(String),
    /// The TOML file.
    File(PathBuf),
    Default,
}

/// A setting and its value in this run.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub name: &'static str,
    /// Null when it was left out and has no value of its own; passwords are replaced.
    pub value: Value,
    pub origin: Origin,
}

impl Setting {
    /// Every setting, in the order of their names.
    pub(super) fn all(config: &Config, mut origins: BTreeMap<String, Origin>) -> Vec<Self> {
        let shown = config.shown();
        let setting = |(name, value)| Self { name, value, origin: origins.remove(name).unwrap_or(Origin::Default) };
        shown.into_iter().map(setting).collect()
    }
}

/// The value of a setting without the passwords in it.
pub(super) fn redacted(name: &str, value: Value) -> Value {
    match value {
        Value::String(ref url) if AS_FILE.contains(&name) => Value::String(without_password(url)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            value
        }
    }
}

/// A URL without its password, and nothing of what is no URL: nobody knows where its password is.
fn without_password(url: &str) -> String {
    if url.starts_with("sqlite:") {
        return url.to_owned();
    }
    let Some((scheme, rest)) = url.split_once("://") else { return REDACTED.to_owned() };
    // A password that was not quoted may hold each of the characters that end it elsewhere.
    let (user, rest) = match rest.rsplit_once('@') {
        None => (String::new(), rest),
        Some((user, rest)) => match user.split_once(':') {
            None => (format!("{user}@"), rest),
            Some((user, _)) => (format!("{user}:{REDACTED}@"), rest),
        },
    };
    let Some((place, query)) = rest.split_once('?') else { return format!("{scheme}://{user}{rest}") };
    let pair = |pair: &str| match pair.split_once('=') {
        Some((key, _)) if key.to_lowercase().contains("pass") => format!("{key}={REDACTED}"),
        Some(_) | None => pair.to_owned(),
    };
    let query: Vec<String> = query.split('&').map(pair).collect();
    format!("{scheme}://{user}{place}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown_wherever_it_stands() {
        for (url, shown) in [
            ("postgres://ann:secret@db:5432/routix", "postgres://ann:[redacted]@db:5432/routix"),
            ("postgres://ann:sec@ret/@db/routix", "postgres://ann:[redacted]@db/routix"),
            ("postgres://ann:secret@/routix?host=/run", "postgres://ann:[redacted]@/routix?host=/run"),
            ("postgres://db/routix?user=ann&password=secret", "postgres://db/routix?user=ann&password=[redacted]"),
            ("postgres://db/routix?sslPassword=secret&a", "postgres://db/routix?sslPassword=[redacted]&a"),
            ("esdb://admin:secret@node:2113?tls=true", "esdb://admin:[redacted]@node:2113?tls=true"),
            ("postgres://ann@db/routix", "postgres://ann@db/routix"),
            ("host=db password=secret", "[redacted]"),
            ("sqlite:/var/lib/a@b:c", "sqlite:/var/lib/a@b:c"),
        ] {
            assert_eq!(redacted("tms_url", Value::from(url)), shown, "{url}");
        }
        assert_eq!(redacted("tms_url", Value::Null), Value::Null);
        assert_eq!(redacted("data_dir", Value::from("a:b@c")), "a:b@c");
    }

    #[test]
    fn what_is_printed_of_the_settings_to_find_a_fault_has_no_password() {
        let url = || Some("postgres://ann:secret@db/routix".to_owned());
        let config = Config { database_url: url(), event_store_url: url(), tms_url: url(), ..Config::default() };
        let printed = format!("{config:?}");
        assert!(!printed.contains("secret") && printed.matches("[redacted]").count() == 3, "{printed}");
    }
}
