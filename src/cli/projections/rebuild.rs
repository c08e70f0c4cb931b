//! `routix projections rebuild`: what it would take, and doing it.

use std::fs::File;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;
use routix_projections::Projection;
use routix_projections::read_db::Bytes;
use routix_projections::rebuild::Plan;
use serde_json::{Value, json};

use super::named;
use crate::cli::context::Context;
use crate::cli::meter::Meter;
use crate::cli::output::{Format, Rows, note};
use crate::wiring::Service;

#[derive(Args)]
pub(in crate::cli) struct Asked {
    /// Names of projections.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    names: Vec<String>,
    /// Every projection.
    #[arg(long)]
    all: bool,
    /// Print what would be read and what room it takes, and do nothing; fails where there is not enough room.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    format: Format,
}

pub(super) async fn rebuild(context: &Context, asked: &Asked) -> anyhow::Result<ExitCode> {
    let projections = named(&asked.names)?;
    if asked.dry_run {
        return print_plans(context, &projections, asked.format).await;
    }
    let rebuilder = context.stores.rebuilder();
    for projection in projections {
        let _claimed = claim(context, projection).await?;
        say_what_cannot_be_known(projection.name(), &rebuilder.plan(projection).await?);
        let mut meter = Meter::start(projection.name(), Instant::now());
        let done = rebuilder.rebuild(projection, &mut |progress| meter.show(progress)).await?;
        note(&format!("{}: rebuilt up to position {}", projection.name(), done.position));
    }
    Ok(ExitCode::SUCCESS)
}

/// Tables of another version belong to the server of that version while it runs: to swap them is to stop it.
async fn claim(context: &Context, projection: &'static dyn Projection) -> anyhow::Result<Option<File>> {
    let live = context.stores.read.status(&[projection]).await?.pop().and_then(|status| status.live);
    match live.map(|live| live.must_be_of(projection)) {
        None | Some(Ok(())) => Ok(None),
        Some(Err(error)) => Service::lock(&context.config).with_context(|| error.to_string()),
    }
}

/// A line for each; each is rebuilt when the one before has given its room back.
async fn print_plans(
    context: &Context,
    projections: &[&'static dyn Projection],
    format: Format,
) -> anyhow::Result<ExitCode> {
    let rebuilder = context.stores.rebuilder();
    let mut rows =
        Rows::new(&["name", "from_position", "to_position", "live_rows", "live_bytes", "needed_bytes", "free_bytes"]);
    let mut faults = Vec::new();
    for projection in projections {
        let plan = rebuilder.plan(*projection).await?;
        say_what_cannot_be_known(projection.name(), &plan);
        faults.extend(plan.require_room(projection.name()).err());
        let unknown = if format.is_table() { json!("unknown") } else { Value::Null };
        rows.push([
            json!(projection.name()),
            json!(plan.from),
            json!(plan.head),
            json!(plan.live.rows),
            json!(plan.live.bytes),
            json!(plan.needed()),
            plan.free.map_or(unknown, |free| json!(free)),
        ]);
    }
    rows.print(format)?;
    for fault in &faults {
        note(&format!("error: {fault}"));
    }
    note("nothing was done");
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// On a disk that nobody here can see, somebody has to look.
fn say_what_cannot_be_known(name: &str, plan: &Plan) {
    if plan.free.is_none() {
        note(&format!(
            "{name}: how much room the PostgreSQL server has cannot be known here; see to it that {} are free, twice the \
             tables ({})",
            Bytes(plan.needed()),
            Bytes(plan.live.bytes)
        ));
    }
}
