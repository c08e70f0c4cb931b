//! `routix serve`: the same program as the demo, for production.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use tokio::signal::unix::{SignalKind, signal};

use super::log;
use super::manager;
use super::output::note;
use super::settings::Settings;
use crate::config::Config;
use crate::keys::KeyRing;
use crate::measure::Metrics;
use crate::system::System;
use crate::wiring::{Service, Stores};

pub(super) async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let config = settings.load(Config::default())?;
    let _log = log::start_for_server(&config)?;
    if config.public_url.is_none() {
        bail!("set --public-url (or ROUTIX_PUBLIC_URL): the URL under which others reach this service");
    }
    let keys = KeyRing::open(&config.keys_dir())?;
    if keys.current().has_demo_key() {
        bail!("the keys in {} were made by a demo; production needs keys of its own", config.keys_dir().display());
    }
    let lock = Service::lock(&config)?;
    let metrics = Metrics::install()?;
    let stores = Stores::open(&config, &System::real()).await?;
    let service = Service::bind(&config, stores, lock).await?.with_metrics(metrics);
    note(&format!("routix serves {} on {}", service.public_url, service.address));
    if let Some(address) = service.admin_address {
        note(&format!("operators find /metrics, /healthz and /readyz on {address}"));
    }
    let stop = stop_signal()?;
    manager::tell(manager::READY);
    let stop = async {
        stop.await;
        manager::tell(manager::STOPPING);
    };
    service.run(stop).await;
    Ok(ExitCode::SUCCESS)
}

/// A file has reached the size limit of the process. The same number on every architecture that Linux runs on but MIPS.
const SIGXFSZ: SignalKind = SignalKind::from_raw(25);

/// Resolves at Ctrl-C or SIGTERM. Both are listened to from here on, so that neither can end the program in between.
///
/// # Errors
/// That the operating system does not let us listen.
pub(super) fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    // Its default would end the program when a file reaches its size limit; listened to, the write fails instead, and
    // that is answered like a full disk.
    let file_too_large = signal(SIGXFSZ).context("cannot listen for SIGXFSZ")?;
    Ok(async move {
        let _listening = file_too_large;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: requests under way are finished first");
    })
}
