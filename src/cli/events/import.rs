//! `routix events import`.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;
use routix_projections::projection;

use super::Believed;
use super::verify::warn_of;
use crate::cli::context::Context;
use crate::cli::meter::Meter;
use crate::cli::output::note;
use crate::cli::settings::Settings;
use crate::evidence::{Import, check_file};
use crate::wiring::Service;

#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// An export in JSONL.
    file: PathBuf,
    #[command(flatten)]
    believed: Believed,
}

pub(super) async fn run(settings: &Settings, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let path = &arguments.file;
    let open = || File::open(path).with_context(|| format!("cannot read {}", path.display()));
    let mut meter = Meter::start("verify", Instant::now()).counting("bytes");
    let (report, about) = check_file(&mut open()?, &arguments.believed.kept()?, &mut |at, of| meter.at(at, of))?;
    meter.clear();
    warn_of(&about.unvouched);
    let context = Context::make(settings).await?;
    let _alone = Service::lock(&context.config)?;
    let events = report.verified.size;
    let mut meter = Meter::start("import", Instant::now());
    let mut taken = 0;
    let source = Import::of(open()?)?.inspect(move |batch| {
        taken += batch.as_ref().map_or(0, |batch| batch.items.len() as u64);
        meter.at(taken, events);
    });
    context.stores.store.import(Box::new(source)).await?;
    let head = context.stores.feed.head().await?;
    if head != report.verified.position {
        bail!("the log ends at position {head} and not at {}", report.verified.position);
    }
    let names: Vec<_> = projection::all().iter().map(|projection| projection.name()).collect();
    context.stores.runner.waiter().caught_up(&names, head).await;
    note(&format!("{events} events, up to position {head}"));
    Ok(ExitCode::SUCCESS)
}
