//! What would stop this from serving, or make it unsafe: every finding at once, beside a running server or without one.
//!
//! Deliberately absent: repairs. A look changes nothing; each finding names the command that does.

mod data;
mod files;
mod finding;
mod keys;
mod network;
mod stores;

pub use self::finding::{Finding, Verdict, told};
use super::place::Places;
use crate::config::Config;
use crate::system::System;

/// Looks at everything that `serve` needs with these settings.
pub async fn examine(config: &Config, system: &System) -> Vec<Finding> {
    let mut findings = network::settings(config);
    findings.extend(keys::keys(&config.keys_dir(), system));
    let places = match Places::read(config) {
        Ok(places) => places,
        Err(error) => {
            findings.push(Finding::problem("databases", told(&error), "correct the setting"));
            return findings;
        }
    };
    let (server, folders) = files::folders(config, &places);
    findings.extend(folders);
    findings.push(network::listen(config, server));
    findings.extend(data::data(config, &places, (system, server)).await);
    findings
}
