//! Every setting, with its meaning where its field is.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::network::Network;
use super::setting::redacted;

/// Everything that can be set. Each field is a flag (`--data-dir`), an environment variable (`ROUTIX_DATA_DIR`) and a key
/// of the TOML file (`data_dir`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the embedded databases, the keys and `demo.env` live.
    pub data_dir: PathBuf,
    /// The address to listen on; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The address for operators alone: `/metrics`, and `/healthz` and `/readyz` as on the other one. Left out, there is no
    /// `/metrics`: it tells everybody how much goes on and what stands still, and what `listen` serves is as a rule open to
    /// everybody, if only through a proxy on the same machine. A demo on a loopback address is tried out by whoever started
    /// it, so there it is served beside everything else.
    pub admin_listen: Option<SocketAddr>,
    /// How others reach this service: the issuer of metadata and the base of printed URLs. Without a path.
    pub public_url: Option<String>,
    /// The folder of the keys; `<data_dir>/keys` when left out.
    pub keys_dir: Option<PathBuf>,
    /// The `iss` of access tokens that were not asked for a resource (seed: API integration, "Token claims").
    pub token_issuer: String,
    /// For how long the newest rotated refresh token may come again, in seconds, 0 to 60.
    pub refresh_retry_seconds: u32,
    /// Requests a minute and app at the API proxy; 0 switches the limit off.
    pub api_rate_limit: u32,
    /// Requests a minute at the API proxy of all apps of an organization together; 0 switches the limit off. Ten times the limit
    /// of an app when left out.
    pub organization_rate_limit: Option<u32>,
    /// Failed authentications a minute for a client or e-mail and network; 0 switches the limit off.
    pub failure_limit: u32,
    /// For how many milliseconds requests may wait for their turn before some are refused, those without a good token first; 0
    /// refuses none.
    pub shed_after_ms: u32,
    /// For how many days failures and refusals are kept; 0 keeps none.
    pub security_log_days: u32,
    /// Where people, read models and records live: `sqlite:FOLDER` or `postgres://…`; the data directory when left out.
    pub database_url: Option<String>,
    /// Where the log lives, likewise. Left out, it is where a `postgres:` database is, else in the data directory.
    pub event_store_url: Option<String>,
    /// Where the business records live, when that is a PostgreSQL of their own: `postgres://…`. routix makes and changes
    /// nothing there; `migrations/README.md` says what it has to have.
    pub tms_url: Option<String>,
    /// The schema of the records there.
    pub tms_schema: String,
    /// What the API proxy serves, a file like `src/proxy/catalogue/catalogue.toml`; that one when left out.
    pub catalogue: Option<PathBuf>,
    /// The sites whose scripts may call the API from a browser, separated by commas: origins like
    /// `https://app.example.com`. Nobody's when left out; pages are never for other sites.
    pub cors_origins: Option<String>,
    /// The e-mail addresses of those who look after this service, separated by commas: they see its projections and its
    /// whole log in the dashboard. In a demo its owner does when nobody is named.
    pub operators: Option<String>,
    /// The networks of the proxies in front, separated by commas: what they say in `X-Forwarded-For` or `Forwarded` about
    /// who called them is believed, and of nobody else. The second is only looked at without the first.
    pub trusted_proxy: Option<String>,
    /// The collector of OpenTelemetry that traces are sent to, as OTLP over HTTP: `http://127.0.0.1:4318`. Only where the
    /// program was built with `--features telemetry`.
    pub telemetry_url: Option<String>,
    /// How many of a hundred requests are sent there, of those that no caller traces; a caller's `traceparent` says whether
    /// his are.
    pub telemetry_percent: u32,
    /// What is logged, in the syntax of tracing's EnvFilter.
    pub log: String,
    /// `json` or `text`.
    pub log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Json,
    Text,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("./routix-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            admin_listen: None,
            public_url: None,
            keys_dir: None,
            token_issuer: "supabase".to_owned(),
            refresh_retry_seconds: 30,
            api_rate_limit: 3_000,
            organization_rate_limit: None,
            failure_limit: 20,
            shed_after_ms: 20,
            security_log_days: 90,
            database_url: None,
            event_store_url: None,
            tms_url: None,
            tms_schema: "tms".to_owned(),
            catalogue: None,
            cors_origins: None,
            operators: None,
            trusted_proxy: None,
            telemetry_url: None,
            telemetry_percent: 100,
            log: "info".to_owned(),
            log_format: LogFormat::Json,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.shown()).finish()
    }
}

impl Config {
    /// Every setting, in the order of their names.
    pub(super) const NAMES: [&'static str; 24] = [
        "admin_listen",
        "api_rate_limit",
        "catalogue",
        "cors_origins",
        "data_dir",
        "database_url",
        "event_store_url",
        "failure_limit",
        "keys_dir",
        "listen",
        "log",
        "log_format",
        "operators",
        "organization_rate_limit",
        "public_url",
        "refresh_retry_seconds",
        "security_log_days",
        "shed_after_ms",
        "telemetry_percent",
        "telemetry_url",
        "tms_schema",
        "tms_url",
        "token_issuer",
        "trusted_proxy",
    ];

    /// Requests a minute of all apps of an organization together; 0 is no limit.
    pub fn organization_rate_limit(&self) -> u32 {
        self.organization_rate_limit.unwrap_or_else(|| self.api_rate_limit.saturating_mul(10))
    }

    /// The e-mail addresses of the operators, in lower case.
    pub fn operators(&self) -> BTreeSet<String> {
        let named = self.operators.iter().flat_map(|text| text.split(','));
        named.map(|email| email.trim().to_lowercase()).filter(|email| !email.is_empty()).collect()
    }

    /// The origins whose scripts may call the API, each once.
    pub fn cors_origins(&self) -> BTreeSet<String> {
        let named = self.cors_origins.iter().flat_map(|text| text.split(','));
        named.map(|origin| origin.trim().to_owned()).filter(|origin| !origin.is_empty()).collect()
    }

    /// The networks of the proxies in front. One that cannot be understood, which no loaded setting has, is nobody's.
    pub fn trusted_proxies(&self) -> Vec<Network> {
        let named = self.trusted_proxy.iter().flat_map(|text| text.split(','));
        named.filter_map(|network| network.trim().parse().ok()).collect()
    }

    /// Each setting with its value as it may be shown: without passwords.
    pub(super) fn shown(&self) -> Vec<(&'static str, Value)> {
        let mut values = serde_json::to_value(self).unwrap_or_default();
        Self::NAMES.into_iter().map(|name| (name, redacted(name, values[name].take()))).collect()
    }

    /// The folder of the keys.
    pub fn keys_dir(&self) -> PathBuf {
        self.keys_dir.clone().unwrap_or_else(|| self.data_dir.join("keys"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_its_name_in_the_list() {
        let value = serde_json::to_value(Config::default()).unwrap();
        let fields: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, Config::NAMES);
    }
}
