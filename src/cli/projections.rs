//! `routix projections`.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use routix_projections::Projection;
use routix_projections::projection;
use serde_json::json;

use super::context::Context;
use super::output::{Format, Rows, note};
use super::settings::Settings;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Where each projection stands.
    #[command(after_help = "Example:\n  routix projections status --format json")]
    Status {
        #[command(flatten)]
        format: Format,
    },
    /// Build new tables from the log and swap them in; readers and writers go on meanwhile.
    #[command(
        after_help = "Example:\n  routix projections rebuild token_validation\n  routix projections rebuild --all"
    )]
    Rebuild(Which),
    /// Build tables from the log beside the live ones and compare them row by row.
    #[command(after_help = "Example:\n  routix projections verify")]
    Verify {
        /// Names; all when left out.
        names: Vec<String>,
    },
}

#[derive(Args)]
pub(super) struct Which {
    /// Names of projections.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    names: Vec<String>,
    /// Every projection.
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(settings: &Settings, command: Command) -> anyhow::Result<ExitCode> {
    let context = Context::open(settings).await?;
    match command {
        Command::Status { format } => status(&context, format).await,
        Command::Rebuild(which) => rebuild(&context, &named(&which.names)?).await,
        Command::Verify { names } => verify(&context, &named(&names)?).await,
    }
}

/// The projections of these names; all of them for none.
fn named(names: &[String]) -> anyhow::Result<Vec<&'static dyn Projection>> {
    if names.is_empty() {
        return Ok(projection::all());
    }
    let known = || projection::all().iter().map(|projection| projection.name()).collect::<Vec<_>>().join(", ");
    names
        .iter()
        .map(|name| {
            projection::named(name).with_context(|| format!("there is no projection {name}; there are {}", known()))
        })
        .collect()
}

async fn status(context: &Context, format: Format) -> anyhow::Result<ExitCode> {
    let head = context.stores.feed.head().await?;
    let mut rows = Rows::new(&["name", "version", "position", "lag_events", "lag_seconds", "state", "last_error"]);
    for status in context.stores.read.status(&projection::all()).await? {
        let Some(live) = status.live else { bail!("the projection {} has no tables", status.name) };
        let lag_events = head.saturating_sub(live.position);
        let waiting = context.stores.feed.read_after(live.position, 1).await?;
        let waiting_since = waiting.events.first().map(|event| event.recorded_at);
        let lag_seconds = waiting_since.map_or(0, |since| (context.stores.system.now() - since).num_seconds().max(0));
        let error = live.error_position.zip(live.error).map(|(position, error)| format!("at {position}: {error}"));
        rows.push([
            json!(status.name),
            json!(live.version),
            json!(live.position),
            json!(lag_events),
            json!(lag_seconds),
            json!(live.state.as_str()),
            json!(error),
        ]);
    }
    rows.print(format)?;
    Ok(ExitCode::SUCCESS)
}

async fn rebuild(context: &Context, projections: &[&'static dyn Projection]) -> anyhow::Result<ExitCode> {
    let rebuilder = context.stores.rebuilder();
    for &projection in projections {
        let done = rebuilder.rebuild(projection, &mut |_progress| {}).await?;
        note(&format!("{}: rebuilt up to position {}", projection.name(), done.position));
    }
    Ok(ExitCode::SUCCESS)
}

async fn verify(context: &Context, projections: &[&'static dyn Projection]) -> anyhow::Result<ExitCode> {
    let rebuilder = context.stores.rebuilder();
    let mut equal = true;
    for &projection in projections {
        let found = rebuilder.verify(projection, &mut |_progress| {}).await?;
        let name = projection.name();
        match found.difference {
            None => note(&format!("{name}: {} rows equal at position {}", found.rows, found.position)),
            Some(difference) => {
                equal = false;
                note(&format!("{name}: differs at position {}: {difference}", found.position));
            }
        }
    }
    Ok(if equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
