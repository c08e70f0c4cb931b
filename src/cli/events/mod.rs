//! `routix events`: one file a subcommand.

mod chosen;
mod export;
mod import;
mod list;
mod prove;
mod schema;
mod verify;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use routix_domain::evidence::VerifierKey;

use super::settings::Settings;
use crate::config::Config;
use crate::evidence::{Kept, checkpoint_in};
use crate::keys::KeyFile;

#[derive(Subcommand)]
pub(super) enum Command {
    /// List what happened, oldest first.
    #[command(after_help = "Example:\n  routix events list --type app. --from 2026-11-01 --to 2026-11-30")]
    List(list::Arguments),
    /// Write the log to a file: with its evidence, or as CSV or CloudEvents.
    #[command(after_help = "Example:\n  routix events export --out events.jsonl\n  \
                            routix events export --format csv --organization ID --out -")]
    Export(export::Arguments),
    /// Take an export into an empty log, with its positions, times and evidence. People and records are not in it.
    #[command(
        after_help = "Example:\n  routix events import events.jsonl --key KEY --database-url postgres://routix@db/routix"
    )]
    Import(import::Arguments),
    /// Check the log, an export (without a database) or a proof. Exit code 0 when everything is right.
    #[command(after_help = "Example:\n  routix events verify\n  \
                            routix events verify events.jsonl --key KEY --checkpoint kept-elsewhere.txt")]
    Verify(verify::Arguments),
    /// Prove that an event is in the log, or that the log only grew since an older checkpoint.
    #[command(after_help = "Example:\n  routix events prove 42 > proof.json\n  \
                            routix events prove --from-checkpoint kept-elsewhere.txt > proof.json")]
    Prove(prove::Arguments),
    /// Print the JSON Schema of a type of event, or which there are.
    #[command(after_help = "Example:\n  routix events schema app.registered")]
    Schema(schema::Arguments),
}

/// Who is believed.
#[derive(Args)]
pub(super) struct Believed {
    /// A public key that `routix keys list` printed; may be given several times.
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<VerifierKey>,
    /// A file with a checkpoint that was kept elsewhere; may be given several times.
    #[arg(long = "checkpoint", value_name = "FILE")]
    checkpoints: Vec<PathBuf>,
    /// The first line of every checkpoint of the log.
    #[arg(long)]
    origin: Option<String>,
}

impl Believed {
    fn kept(&self) -> anyhow::Result<Kept> {
        let notes = self.checkpoints.iter().map(|file| note_in(file)).collect::<anyhow::Result<_>>()?;
        Ok(Kept { keys: self.keys.clone(), notes, origin: self.origin.clone() })
    }
}

pub(super) async fn run(settings: &Settings, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List(arguments) => list::run(settings, arguments).await,
        Command::Export(arguments) => export::run(settings, arguments).await,
        Command::Import(arguments) => import::run(settings, &arguments).await,
        Command::Verify(arguments) => verify::run(settings, &arguments).await,
        Command::Prove(arguments) => prove::run(settings, &arguments).await,
        Command::Schema(arguments) => schema::run(&arguments),
    }
}

/// The public keys of the keys folder that sign checkpoints.
fn local_keys(config: &Config) -> anyhow::Result<Vec<String>> {
    Ok(KeyFile::read_all(&config.keys_dir())?.iter().filter_map(KeyFile::verifier_key).collect())
}

/// The note in a file. Editors and mail programs like to change the empty lines at the end.
fn note_in(file: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let note = format!("{}\n", text.replace("\r\n", "\n").trim_end());
    checkpoint_in(&note).with_context(|| format!("{} is no checkpoint", file.display()))?;
    Ok(note)
}
