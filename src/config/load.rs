//! Reading settings from their sources: each source over the one before, with where every value came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::providers::{Env, Format, Serialized, Toml};
use figment::{Figment, Profile, Provider};
use serde_json::{Map, Value};

use super::Config;
use super::check::check;
use super::setting::{Origin, Setting};
use super::unknown::{misspelt, nearest};

/// A setting that cannot be used. The text names the setting and where it came from.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot use the settings: {0}")]
    Unusable(String),
    #[error("the file {file} sets '{key}', which is no setting{}", .nearest.map(|name| format!("; did you mean '{name}'?")).unwrap_or_default())]
    UnknownKey { file: PathBuf, key: String, nearest: Option<&'static str> },
    #[error("the setting {name} {fault}")]
    Value { name: &'static str, fault: String },
    #[error("cannot read the file named by {0}")]
    SecretFile(String, #[source] std::io::Error),
}

/// Settings that may be given as a file, because they can hold a password: `ROUTIX_DATABASE_URL_FILE`.
pub(super) const AS_FILE: [&str; 3] = ["database_url", "event_store_url", "tms_url"];

const PREFIX: &str = "ROUTIX_";

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub config: Config,
    /// Each setting, in the order of their names, as it may be shown.
    pub settings: Vec<Setting>,
    /// Sentences about variables that look like a misspelt setting. Others use the prefix too, so that is no error.
    pub warnings: Vec<String>,
}

/// Merges `flags` over the environment over the TOML file over `defaults`.
///
/// # Errors
/// [`ConfigError`] for an unknown key, a value of the wrong form, or a file that cannot be read.
pub fn load(defaults: Config, file: Option<&Path>, flags: Map<String, Value>) -> Result<Loaded, ConfigError> {
    let mut layers = Layers { figment: Figment::new(), origins: BTreeMap::new() };
    layers.put(Serialized::defaults(defaults), |_| Origin::Default)?;
    if let Some(path) = file {
        layers.put(Toml::file_exact(path), |_| Origin::File(path.to_owned()))?;
        layers.refuse_unknown(path)?;
    }
    // Other variables of that prefix belong to tests and to the shell that sourced demo.env.
    let variable = |key: &str| Origin::Variable(format!("{PREFIX}{}", key.to_uppercase()));
    layers.put(Env::prefixed(PREFIX).only(&Config::NAMES), variable)?;
    for name in AS_FILE {
        let variable = format!("{PREFIX}{}_FILE", name.to_uppercase());
        if let Some(path) = Env::var(&variable) {
            let value = std::fs::read_to_string(&path).map_err(|error| ConfigError::SecretFile(path, error))?;
            layers.put(Serialized::default(name, value.trim()), |_| Origin::Variable(variable.clone()))?;
        }
    }
    layers.put(Serialized::defaults(flags), |key| Origin::Flag(format!("--{}", key.replace('_', "-"))))?;
    let Layers { figment, origins } = layers;
    let config = check(figment.extract().map_err(unusable)?)?;
    let settings = Setting::all(&config, origins);
    Ok(Loaded { config, settings, warnings: warnings() })
}

/// What was merged so far, and whose each value is.
struct Layers {
    figment: Figment,
    origins: BTreeMap<String, Origin>,
}

impl Layers {
    fn put(&mut self, layer: impl Provider, origin: impl Fn(&str) -> Origin) -> Result<(), ConfigError> {
        let data = layer.data().map_err(|mut error| {
            error.metadata.get_or_insert_with(|| layer.metadata());
            unusable(error)
        })?;
        for key in data.get(&Profile::Default).into_iter().flat_map(|values| values.keys()) {
            self.origins.insert(key.clone(), origin(key));
        }
        self.figment = std::mem::take(&mut self.figment).merge(layer);
        Ok(())
    }

    /// The file is whoever's: a key that nobody reads is a setting that does not do what was meant.
    fn refuse_unknown(&self, file: &Path) -> Result<(), ConfigError> {
        match self.origins.keys().find(|key| !Config::NAMES.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => {
                Err(ConfigError::UnknownKey { file: file.to_owned(), key: key.clone(), nearest: nearest(key) })
            }
        }
    }
}

fn unusable(error: figment::Error) -> ConfigError {
    let source = error.metadata.as_ref().map(|from| format!(" (from {})", from.name)).unwrap_or_default();
    ConfigError::Unusable(format!("{error}{source}"))
}

fn warnings() -> Vec<String> {
    let names = Env::prefixed(PREFIX).iter().map(|(name, _)| name.as_str().to_lowercase()).collect::<Vec<_>>();
    let warning = |name: &String| {
        let (given, meant) = (name.to_uppercase(), misspelt(name)?.to_uppercase());
        Some(format!("the variable {PREFIX}{given} is no setting; did you mean {PREFIX}{meant}?"))
    };
    names.iter().filter_map(warning).collect()
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
    fn an_organization_has_ten_times_the_requests_of_an_app_unless_somebody_says_otherwise() {
        for (given, expected) in [
            (serde_json::json!({}), 30_000),
            (serde_json::json!({"api_rate_limit": 5}), 50),
            (serde_json::json!({"api_rate_limit": 0}), 0),
            (serde_json::json!({"api_rate_limit": 0, "organization_rate_limit": 7}), 7),
            (serde_json::json!({"organization_rate_limit": 0}), 0),
            (serde_json::json!({"api_rate_limit": u32::MAX}), u32::MAX),
        ] {
            let config = load(Config::default(), None, flags(given)).unwrap().config;
            assert_eq!(config.organization_rate_limit(), expected, "{config:?}");
        }
    }

    #[test]
    fn a_flag_wins_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("routix.toml");
        std::fs::write(&path, "api_rate_limit = 7\nfailure_limit = 9\n").unwrap();
        let config =
            load(Config::default(), Some(&path), flags(serde_json::json!({"api_rate_limit": 8}))).unwrap().config;
        assert_eq!((config.api_rate_limit, config.failure_limit, config.token_issuer.as_str()), (8, 9, "supabase"));
    }

    #[test]
    fn the_compose_file_and_the_unit_of_systemd_set_what_there_is() {
        let compose = include_str!("../../docker-compose.yml").lines().filter_map(|line| line.trim().split_once(": "));
        let unit = include_str!("../../.systemd/routix.service").lines();
        let unit = unit.filter_map(|line| line.trim_start_matches('#').strip_prefix("Environment=")?.split_once('='));
        let names: Vec<_> = compose.chain(unit).filter_map(|(name, _)| name.strip_prefix(PREFIX)).collect();
        assert!(names.len() >= 7, "{names:?}");
        for name in names {
            let name = name.to_lowercase();
            let as_file = name.strip_suffix("_file").is_some_and(|name| AS_FILE.contains(&name));
            assert!(as_file || Config::NAMES.contains(&name.as_str()), "{name}");
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
            ("public_url", serde_json::json!("https://:password@api.example.com")),
            ("trusted_proxy", serde_json::json!("10.0.0.0/8,proxy")),
            ("cors_origins", serde_json::json!("https://app.example.com,*")),
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
