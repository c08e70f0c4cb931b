//! `routix keys`.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::context::Context;
use super::output::{Format, Rows, line, note};
use super::settings::Settings;
use crate::keys::{Algorithm, KeyFile};

#[derive(Subcommand)]
pub(super) enum Command {
    /// List the keys that sign, by id and fingerprint: access tokens (with the public half, if there is one), and the log's
    /// checkpoints (Ed25519, with the public key that `events verify --key` takes).
    #[command(after_help = "Example:\n  routix keys list")]
    List {
        #[command(flatten)]
        format: Format,
    },
    /// Make a new signing key. The first one signs at once, a later one when every node knows it: after 10 seconds, one with a
    /// public half after 15 minutes, because others keep the key set for some.
    #[command(after_help = "Example:\n  routix keys rotate --algorithm EdDSA")]
    Rotate {
        /// HS256 is for those who ask here; EdDSA and ES256 also for those who verify with the public key, which is at
        /// /.well-known/jwks.json [default: that of the newest key, HS256 for the first].
        #[arg(long)]
        algorithm: Option<Algorithm>,
    },
    /// Remove a signing key, once no token that it signed is good any more.
    #[command(after_help = "Example:\n  routix keys retire KID")]
    Retire {
        kid: String,
        /// Even while it signs or its tokens live: they are refused within seconds. For a key that leaked.
        #[arg(long)]
        now: bool,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> anyhow::Result<ExitCode> {
    let context = match &command {
        Command::Rotate { .. } => Context::make(settings).await?,
        Command::List { .. } | Command::Retire { .. } => Context::open(settings).await?,
    };
    let folder = context.config.keys_dir();
    match command {
        Command::List { format } => {
            let now = context.stores.system.now();
            let mut rows = Rows::new(&["kid", "algorithm", "state", "activates_at", "sha256", "public_key"]);
            let all = KeyFile::read_all(&folder)?;
            let (keys, others): (Vec<KeyFile>, Vec<KeyFile>) = all.into_iter().partition(KeyFile::signs);
            let signing = keys.iter().rev().find(|key| key.activates_at <= now).or(keys.first());
            let signing = signing.map(|key| key.kid.clone());
            for key in keys {
                let state = match &signing {
                    Some(kid) if *kid == key.kid => "signs",
                    Some(_) | None if key.activates_at > now => "published",
                    Some(_) | None => "verifies",
                };
                let fingerprint = key.fingerprint();
                let [kid, activates_at] = [json!(key.kid), json!(key.activates_at)];
                let (algorithm, public) = (key.algorithm.as_str(), key.public_jwk().map(|jwk| jwk.to_string()));
                rows.push([kid, json!(algorithm), json!(state), activates_at, json!(fingerprint), json!(public)]);
            }
            for key in others {
                if let Some(public_key) = key.verifier_key() {
                    let fingerprint = key.fingerprint();
                    let [kid, activates_at] = [json!(key.kid), json!(key.activates_at)];
                    let [algorithm, state] = [json!("Ed25519"), json!("seals")];
                    rows.push([kid, algorithm, state, activates_at, json!(fingerprint), json!(public_key)]);
                }
            }
            rows.print(format)?;
        }
        Command::Rotate { algorithm } => {
            let newest = KeyFile::read_all(&folder)?.into_iter().rfind(KeyFile::signs);
            let algorithm = algorithm.unwrap_or_else(|| newest.map(|key| key.algorithm).unwrap_or_default());
            let key = context.stores.commands.publish_key(&folder, None, algorithm, &context.origin()).await?;
            note(&format!("published; signs from {} on", key.activates_at.to_rfc3339()));
            line(&key.kid)?;
        }
        Command::Retire { kid, now } => {
            if !now {
                context.stores.commands.check_retirable(&folder, &kid).await?;
            }
            context.stores.commands.retire_key(&folder, &kid, &context.origin()).await?;
            note("retired; tokens that it signed are refused within seconds");
        }
    }
    Ok(ExitCode::SUCCESS)
}
