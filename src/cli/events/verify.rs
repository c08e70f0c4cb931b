//! `routix events verify`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;
use routix_domain::evidence::{Checkpoint, VerifierKey};
use serde_json::{Value, json};

use super::{Believed, local_keys};
use crate::cli::context::Context;
use crate::cli::meter::Meter;
use crate::cli::output::{Format, Rows, note};
use crate::cli::settings::Settings;
use crate::evidence::{CheckError, Kept, Proof, Proven, Report, Wrong, check_file, check_log};

/// A proof is one line, and short: some digests and one event.
const LONGEST_PROOF: u64 = 16 * 1024 * 1024;

#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// An export in JSONL, or a proof; the live log when left out.
    file: Option<PathBuf>,
    #[command(flatten)]
    believed: Believed,
    #[command(flatten)]
    format: Format,
}

pub(super) async fn run(settings: &Settings, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let kept = arguments.believed.kept()?;
    let checked = match &arguments.file {
        None => live(settings, kept).await,
        Some(path) => {
            let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
            match proof_in(&mut file)? {
                Some(proof) => return proven(&proof, &kept, arguments.format),
                None => export(path, &mut file, &kept),
            }
        }
    };
    let (facts, code) = match checked {
        Ok(report) => (good(&report), ExitCode::SUCCESS),
        Err(CheckError::Wrong(wrong)) => (bad(&wrong), ExitCode::FAILURE),
        Err(error) => return Err(error.into()),
    };
    print(facts, arguments.format)?;
    Ok(code)
}

async fn live(settings: &Settings, mut kept: Kept) -> Result<Report, CheckError> {
    let opened = async {
        let context = Context::open_still(settings).await?;
        if kept.keys.is_empty() {
            let local = local_keys(&context.config)?;
            kept.keys = local.iter().map(|key| key.parse::<VerifierKey>()).collect::<Result<_, _>>()?;
        }
        if kept.keys.is_empty() {
            bail!("there is no checkpoint key in the keys folder and none was given; see `routix keys list`");
        }
        Ok(context)
    };
    let context = opened.await.map_err(CheckError::Other)?;
    let mut meter = Meter::start("verify", Instant::now());
    let stores = (&context.stores.feed, &context.stores.seals);
    check_log(stores, &kept, &mut |at, of| meter.at(at, of)).await
}

fn export(path: &Path, file: &mut File, kept: &Kept) -> Result<Report, CheckError> {
    let mut meter = Meter::start("verify", Instant::now()).counting("bytes");
    let (report, about) = check_file(file, kept, &mut |at, of| meter.at(at, of))?;
    meter.clear();
    warn_of(&about.unvouched);
    if kept.notes.is_empty() {
        note(&format!(
            "Events that were cut off from the end of {} are found with an older checkpoint that was kept elsewhere \
             (--checkpoint).",
            path.display()
        ));
    }
    Ok(report)
}

pub(super) fn warn_of(unvouched: &[VerifierKey]) {
    for key in unvouched {
        note(&format!("The key is the one in the file: {key}"));
        note("Nobody vouches for this key: compare it with what `routix keys list` printed, or give it with --key.");
    }
}

fn good(report: &Report) -> Vec<(&'static str, Value)> {
    let verified = &report.verified;
    let mut facts = vec![
        ("result", json!("good")),
        ("events", json!(verified.size + report.waiting)),
        ("first_position", json!(report.first)),
        ("last_position", json!(verified.position)),
        ("checkpoints", json!(report.checkpoints)),
        // Nothing is wrong with them; they wait for the next checkpoint.
        ("not_yet_sealed", json!(report.waiting + verified.size - verified.sealed.as_ref().map_or(0, |c| c.size))),
    ];
    if let Some(checkpoint) = &verified.sealed {
        facts.extend(about(checkpoint));
    }
    facts
}

fn about(checkpoint: &Checkpoint) -> [(&'static str, Value); 5] {
    [
        ("origin", json!(checkpoint.origin)),
        ("checkpoint_size", json!(checkpoint.size)),
        ("checkpoint_position", json!(checkpoint.position)),
        ("checkpoint_root", json!(checkpoint.root)),
        ("checkpoint_time", json!(checkpoint.time)),
    ]
}

fn bad(wrong: &Wrong) -> Vec<(&'static str, Value)> {
    let span = wrong.span();
    vec![
        ("result", json!("wrong")),
        ("finding", json!(wrong.to_string())),
        ("meaning", json!(wrong.meaning())),
        ("first_position", json!(span.map(|span| span.first))),
        ("last_position", json!(span.map(|span| span.last))),
    ]
}

fn print(facts: Vec<(&'static str, Value)>, format: Format) -> anyhow::Result<()> {
    let mut rows = Rows::new(&["field", "value"]);
    facts.into_iter().for_each(|(name, value)| rows.push([json!(name), value]));
    Ok(rows.print(format)?)
}

/// The proof that the file holds; `None` for a file that must be an export.
fn proof_in(file: &mut File) -> anyhow::Result<Option<Proof>> {
    let mut first = String::new();
    // What is no text is no export either; the check of exports says so.
    let read = BufReader::new(&mut *file).take(LONGEST_PROOF).read_line(&mut first);
    file.rewind()?;
    Ok(read.ok().and_then(|_| serde_json::from_str(&first).ok()))
}

fn proven(proof: &Proof, kept: &Kept, format: Format) -> anyhow::Result<ExitCode> {
    let (checkpoint, unvouched) = match proof.check(kept) {
        Ok(checked) => checked,
        Err(error) => {
            let facts = vec![("result", json!("wrong")), ("finding", json!(error.to_string()))];
            print(facts, format)?;
            return Ok(ExitCode::FAILURE);
        }
    };
    warn_of(&unvouched);
    let mut facts = vec![("result", json!("good"))];
    match &proof.of {
        Proven::Inclusion { event, .. } => facts.extend([
            ("proven", json!("the event is in the log of the checkpoint")),
            ("position", json!(event.position)),
            ("event_id", json!(event.event_id)),
            ("event_type", json!(event.event_type)),
        ]),
        Proven::Consistency { old_size, .. } => facts.extend([
            ("proven", json!("the log of the older checkpoint is the beginning of that of the newer one")),
            ("old_size", json!(old_size)),
        ]),
    }
    facts.extend(about(&checkpoint));
    print(facts, format)?;
    Ok(ExitCode::SUCCESS)
}
