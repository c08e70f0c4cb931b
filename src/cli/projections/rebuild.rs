//! `routix projections rebuild`: what it would take, and doing it.

use std::fs::File;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;
use routix_projections::Projection;
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
        require_room(projection.name(), &rebuilder.plan(projection).await?)?;
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
        faults.extend(require_room(projection.name(), &plan).err());
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

/// # Errors
/// That there is too little, with the figures.
fn require_room(name: &str, plan: &Plan) -> anyhow::Result<()> {
    let (needed, live) = (bytes(plan.needed()), bytes(plan.live.bytes));
    match plan.free {
        None => note(&format!(
            "{name}: how much room the PostgreSQL server has cannot be known here; see to it that {needed} are free, twice \
             the tables ({live})"
        )),
        Some(free) if !plan.has_room() => bail!(
            "{name}: a rebuild needs {needed} free, twice the tables ({live}), and read.db may only grow by {}",
            bytes(free)
        ),
        Some(_) => {}
    }
    Ok(())
}

/// A number of bytes in the unit that people read.
fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["bytes", "kB", "MB", "GB"];
    let (mut tenths, mut unit) = (count.saturating_mul(10), 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        (tenths, unit) = (tenths / 1_000, unit + 1);
    }
    let fraction = if unit == 0 { String::new() } else { format!(".{}", tenths % 10) };
    format!("{}{fraction} {}", tenths / 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use routix_projections::read_db::Size;

    use super::*;

    #[test]
    fn a_refusal_for_want_of_room_says_all_figures_in_one_sentence() {
        let plan = |free| Plan { from: 0, head: 9, live: Size { rows: 3, bytes: 1_250_000_000 }, free: Some(free) };
        assert_eq!(
            require_room("members", &plan(2_499_999_999)).unwrap_err().to_string(),
            "members: a rebuild needs 2.5 GB free, twice the tables (1.2 GB), and read.db may only grow by 2.4 GB"
        );
        assert!(require_room("members", &plan(2_500_000_000)).is_ok());
    }

    #[test]
    fn bytes_are_told_in_a_unit_that_people_read() {
        let told = [0, 999, 1_000, 24_576, 999_999, 4_096_000, 7_000_000_000_000].map(bytes);
        assert_eq!(told, ["0 bytes", "999 bytes", "1.0 kB", "24.5 kB", "999.9 kB", "4.0 MB", "7000.0 GB"]);
    }
}
