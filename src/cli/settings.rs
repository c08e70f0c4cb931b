//! Settings as flags. Each is described where its field is, in `config`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value};

use super::output::warn;
use crate::config::{self, Config, ConfigError, Loaded, LogFormat};

/// Every setting can be given as a flag, as an environment variable (ROUTIX_…) or in a TOML file; the first of these wins.
#[derive(Args, Serialize)]
pub(super) struct Settings {
    /// TOML file with settings.
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings")]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// Where the embedded databases and the keys live [default: ./routix-data].
    #[arg(long, global = true, value_name = "DIR", help_heading = "Settings")]
    data_dir: Option<PathBuf>,
    /// Address to listen on; port 0 picks a free one [default: 127.0.0.1:8080].
    #[arg(long, global = true, value_name = "ADDRESS", help_heading = "Settings")]
    listen: Option<SocketAddr>,
    /// Address for operators alone, with /metrics, /healthz and /readyz [default: none; a demo has them where it listens].
    #[arg(long, global = true, value_name = "ADDRESS", help_heading = "Settings")]
    admin_listen: Option<SocketAddr>,
    /// How others reach this service, for example https://api.example.com.
    #[arg(long, global = true, value_name = "URL", help_heading = "Settings")]
    public_url: Option<String>,
    /// Folder of the keys [default: keys in the data directory].
    #[arg(long, global = true, value_name = "DIR", help_heading = "Settings")]
    keys_dir: Option<PathBuf>,
    /// The iss of access tokens [default: supabase].
    #[arg(long, global = true, value_name = "TEXT", help_heading = "Settings")]
    token_issuer: Option<String>,
    /// For how long the newest rotated refresh token may come again, 0 to 60 [default: 30].
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Settings")]
    refresh_retry_seconds: Option<u32>,
    /// Requests a minute and app at the API proxy; 0 is no limit [default: 3000].
    #[arg(long, global = true, value_name = "NUMBER", help_heading = "Settings")]
    api_rate_limit: Option<u32>,
    /// Requests a minute at the API proxy of all apps of an organization; 0 is no limit [default: ten times those of an app].
    #[arg(long, global = true, value_name = "NUMBER", help_heading = "Settings")]
    organization_rate_limit: Option<u32>,
    /// Failed authentications a minute for a client or e-mail and network; 0 is no limit [default: 20].
    #[arg(long, global = true, value_name = "NUMBER", help_heading = "Settings")]
    failure_limit: Option<u32>,
    /// For how long requests may wait for their turn before some are refused, those without a good token first; 0 refuses none
    /// [default: 20].
    #[arg(long, global = true, value_name = "MILLISECONDS", help_heading = "Settings")]
    shed_after_ms: Option<u32>,
    /// For how many days failures and refusals are kept, 0 to 36500; 0 keeps none [default: 90].
    #[arg(long, global = true, value_name = "DAYS", help_heading = "Settings")]
    security_log_days: Option<u32>,
    /// Where people, read models and records live, sqlite:FOLDER or postgres://… [default: the data directory].
    #[arg(long, global = true, value_name = "URL", help_heading = "Settings")]
    database_url: Option<String>,
    /// Where the event log lives, likewise [default: where a postgres: database is, else the data directory].
    #[arg(long, global = true, value_name = "URL", help_heading = "Settings")]
    event_store_url: Option<String>,
    /// Where the business records live, when that is a PostgreSQL of their own [default: beside the read models].
    #[arg(long, global = true, value_name = "URL", help_heading = "Settings")]
    tms_url: Option<String>,
    /// The schema of the records there [default: tms].
    #[arg(long, global = true, value_name = "NAME", help_heading = "Settings")]
    tms_schema: Option<String>,
    /// What the API proxy serves, as TOML [default: the catalogue that is built in].
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings")]
    catalogue: Option<PathBuf>,
    /// Sites whose scripts may call the API from a browser, separated by commas, for example https://app.example.com
    /// [default: nobody's].
    #[arg(long, global = true, value_name = "ORIGINS", help_heading = "Settings")]
    cors_origins: Option<String>,
    /// E-mail addresses of those who look after this service, separated by commas [default: nobody, in a demo its owner].
    #[arg(long, global = true, value_name = "EMAILS", help_heading = "Settings")]
    operators: Option<String>,
    /// Networks of the proxies in front, separated by commas, for example 10.0.0.0/8: their X-Forwarded-For and Forwarded
    /// are believed [default: nobody's are].
    #[arg(long, global = true, value_name = "NETWORKS", help_heading = "Settings")]
    trusted_proxy: Option<String>,
    /// Collector of OpenTelemetry that traces are sent to, for example http://127.0.0.1:4318; of a program that was built with
    /// --features telemetry [default: none].
    #[arg(long, global = true, value_name = "URL", help_heading = "Settings")]
    telemetry_url: Option<String>,
    /// How many of a hundred requests are sent there, 0 to 100, of those that no caller traces [default: 100].
    #[arg(long, global = true, value_name = "NUMBER", help_heading = "Settings")]
    telemetry_percent: Option<u32>,
    /// What is logged, for example info or routix=debug [default: info, for commands and the demo warn].
    #[arg(long, global = true, value_name = "FILTER", help_heading = "Settings")]
    log: Option<String>,
    /// How it is logged [default: json, in a demo text].
    #[arg(long, global = true, value_name = "FORMAT", help_heading = "Settings")]
    log_format: Option<LogFormat>,
}

impl Settings {
    /// The settings of this run. What is odd about them is said on stderr.
    ///
    /// # Errors
    /// [`ConfigError`] names the setting that cannot be used.
    pub(super) fn load(&self, defaults: Config) -> Result<Config, ConfigError> {
        let loaded = self.read(defaults)?;
        warn(&loaded.warnings);
        Ok(loaded.config)
    }

    /// The settings of this run, with their origins.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub(super) fn read(&self, defaults: Config) -> Result<Loaded, ConfigError> {
        let flags = match serde_json::to_value(self) {
            Ok(Value::Object(members)) => members.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            Ok(_) | Err(_) => Map::new(),
        };
        config::load(defaults, self.config.as_deref(), flags)
    }
}
