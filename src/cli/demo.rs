//! `routix demo`: everything with demo data, in one folder, with nothing beside it.

use std::process::ExitCode;

use anyhow::bail;

use super::log;
use super::output::{line, note};
use super::serve::stop_signal;
use super::settings::Settings;
use crate::commands::Origin;
use crate::config::{Config, LogFormat};
use crate::demo::{self, Facts};
use crate::keys::{Algorithm, KeyFile, Origin as KeyOrigin};
use crate::measure::Metrics;
use crate::system::System;
use crate::wiring::{Service, Stores};

pub(super) async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let mut config =
        settings.load(Config { log_format: LogFormat::Text, log: "warn".to_owned(), ..Config::default() })?;
    let _log = log::start_for_server(&config)?;
    let system = System::real();
    let lock = Service::lock(&config)?;
    let folder = config.keys_dir();
    let keys = KeyFile::read_all(&folder)?;
    if keys.iter().any(|key| key.origin == KeyOrigin::Production) {
        bail!("{} holds production keys; a demo needs a data directory of its own", folder.display());
    }
    let metrics = Metrics::install()?;
    let stores = Stores::open(&config, &system).await?;
    // A start that was killed between the two keys left one that signs nothing.
    if !keys.iter().any(KeyFile::signs) {
        stores
            .commands
            .publish_key(&folder, Some(KeyOrigin::Demo), Algorithm::default(), &Origin::system(system.ordered_id()))
            .await?;
    }
    let facts = demo::prepare(&config.data_dir, &stores).await?;
    if !demo::secret_is_current(&stores, &facts).await? {
        let file = config.data_dir.join(demo::ENV_FILE);
        note(&format!(
            "the demo app's secret was rotated; the one below is the old one. Remove {} for new ones",
            file.display()
        ));
    }
    config.operators.get_or_insert_with(|| facts.get("ROUTIX_OWNER_EMAIL").to_owned());
    let service = Service::bind(&config, stores, lock).await?.with_metrics(metrics);
    if let Some(address) = service.admin_address {
        note(&format!("operators find /metrics, /healthz and /readyz on {address}"));
    }
    let facts = facts.at(&service.public_url);
    facts.write(&config.data_dir)?;
    let stop = stop_signal()?;
    for text in welcome(&facts, &config) {
        line(&text)?;
    }
    service.run(stop).await;
    Ok(ExitCode::SUCCESS)
}

/// What a newcomer needs: where it is, how to sign in, and three lines that work when they are pasted.
fn welcome(facts: &Facts, config: &Config) -> Vec<String> {
    let get = |name| facts.get(name);
    let url = get("ROUTIX_URL");
    let token = format!(
        "TOKEN=$(curl -sS {url}/functions/v1/oauth-token -d grant_type=client_credentials \\\n      \
         -d client_id={} \\\n      -d client_secret={} | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')",
        get("ROUTIX_CLIENT_ID"),
        get("ROUTIX_CLIENT_SECRET"),
    );
    let call = format!(
        "curl -sS \"{url}/functions/v1/api/v1/{}/accounts?limit=5\" -H \"Authorization: Bearer $TOKEN\"",
        get("ROUTIX_BRANCH"),
    );
    let history = format!(
        "curl -sS {url}/rest/v1/oauth_apps/{}/events -H \"Authorization: Bearer $(curl -sS \\\n      \
         '{url}/auth/v1/token?grant_type=password' -d email={} -d password={} \\\n      \
         | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\"",
        get("ROUTIX_APP_ID"),
        get("ROUTIX_OWNER_EMAIL"),
        get("ROUTIX_OWNER_PASSWORD"),
    );
    vec![
        String::new(),
        format!("  routix demo          {url}"),
        format!("  Sign in as owner     {}   {}", get("ROUTIX_OWNER_EMAIL"), get("ROUTIX_OWNER_PASSWORD")),
        format!("  Guide and API        {url}/docs, {url}/docs/api"),
        format!("  Everything else      {}", config.data_dir.join(demo::ENV_FILE).display()),
        String::new(),
        "  1  Get a token:".to_owned(),
        format!("    {token}"),
        "  2  Make the first API call:".to_owned(),
        format!("    {call}"),
        "  3  Read the app's history:".to_owned(),
        format!("    {history}"),
        String::new(),
        "  Ctrl-C stops it; the next start finds the same data.".to_owned(),
    ]
}
