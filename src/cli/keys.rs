//! `routix keys`.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::context::Context;
use super::output::{Format, Rows, line, note};
use super::settings::Settings;
use crate::keys::KeyFile;

#[derive(Subcommand)]
pub(super) enum Command {
    /// List the signing keys, by id and fingerprint.
    #[command(after_help = "Example:\n  routix keys list")]
    List {
        #[command(flatten)]
        format: Format,
    },
    /// Make a new signing key. The first one signs at once, a later one after 10 seconds, when every node knows it.
    #[command(after_help = "Example:\n  routix keys rotate")]
    Rotate,
    /// Remove a signing key: what it signed is refused.
    #[command(after_help = "Example:\n  routix keys retire KID")]
    Retire { kid: String },
}

pub(super) async fn run(settings: &Settings, command: Command) -> anyhow::Result<ExitCode> {
    let context = match &command {
        Command::Rotate => Context::make(settings).await?,
        Command::List { .. } | Command::Retire { .. } => Context::open(settings).await?,
    };
    let folder = context.config.keys_dir();
    match command {
        Command::List { format } => {
            let now = context.stores.system.now();
            let mut rows = Rows::new(&["kid", "algorithm", "state", "activates_at", "sha256"]);
            let keys: Vec<KeyFile> = KeyFile::read_all(&folder)?.into_iter().filter(KeyFile::signs).collect();
            let signing = keys.iter().rev().find(|key| key.activates_at <= now).or(keys.first());
            let signing = signing.map(|key| key.kid.clone());
            for key in keys {
                let state = match &signing {
                    Some(kid) if *kid == key.kid => "signs",
                    Some(_) | None if key.activates_at > now => "published",
                    Some(_) | None => "verifies",
                };
                let fingerprint = key.fingerprint();
                rows.push([json!(key.kid), json!("HS256"), json!(state), json!(key.activates_at), json!(fingerprint)]);
            }
            rows.print(format)?;
        }
        Command::Rotate => {
            let key = context.stores.commands.publish_key(&folder, None, &context.origin()).await?;
            note(&format!("published; signs from {} on", key.activates_at.to_rfc3339()));
            line(&key.kid)?;
        }
        Command::Retire { kid } => {
            context.stores.commands.retire_key(&folder, &kid, &context.origin()).await?;
            note("retired; tokens that it signed are refused within seconds");
        }
    }
    Ok(ExitCode::SUCCESS)
}
