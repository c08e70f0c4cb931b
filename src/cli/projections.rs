//! `routix projections`.

mod rebuild;
mod retry;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use routix_projections::Projection;
use routix_projections::projection;
use routix_projections::read_db::{Generation, State};
use routix_projections::skips::{Skip, Skips};
use serde_json::{Value, json};

use self::retry::Retry;
use super::context::Context;
use super::meter::Meter;
use super::output::{Format, Rows, note};
use super::settings::Settings;
use crate::operate::{lag, skipped};

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
        after_help = "Example:\n  routix projections rebuild token_validation\n  routix projections rebuild --all --dry-run"
    )]
    Rebuild(rebuild::Asked),
    /// Build tables from the log beside the live ones and compare them row by row.
    #[command(after_help = "Example:\n  routix projections verify")]
    Verify {
        /// Names; all when left out.
        names: Vec<String>,
    },
    /// Let a stopped projection try its event again, once the version that can apply it is running.
    #[command(
        after_help = "Example:\n  routix projections retry app_history\n  routix projections retry app_history --skip --reason 'Written by hand; the app does not exist'"
    )]
    Retry(Retry),
    /// Let a projection stand still, across restarts, until it is resumed; the server is not ready meanwhile.
    #[command(after_help = "Example:\n  routix projections pause app_history")]
    Pause(Named),
    /// End a pause.
    #[command(after_help = "Example:\n  routix projections resume app_history")]
    Resume(Named),
}

#[derive(Args)]
pub(super) struct Named {
    name: String,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(settings: &Settings, command: Command) -> anyhow::Result<ExitCode> {
    let context = Context::open_still(settings).await?;
    match command {
        Command::Status { format } => status(&context, format).await,
        Command::Rebuild(asked) => rebuild::rebuild(&context, &asked).await,
        Command::Verify { names } => verify(&context, &named(&names)?).await,
        Command::Retry(asked) => retry::retry(&context, asked).await,
        Command::Pause(asked) => pause(&context, &asked).await,
        Command::Resume(asked) => resume(&context, &asked).await,
    }
}

async fn pause(context: &Context, Named { name, dry_run }: &Named) -> anyhow::Result<ExitCode> {
    let (projection, read) = (one(name)?, &context.stores.read);
    let changed = if *dry_run { !read.is_paused(projection).await? } else { read.pause(projection).await? };
    Ok(match (changed, dry_run) {
        (false, _) => told(name, "was paused already"),
        (true, false) => told(name, "stands still until it is resumed"),
        (true, true) => dry(name, "would stand still until it is resumed, and the server would not be ready"),
    })
}

async fn resume(context: &Context, Named { name, dry_run }: &Named) -> anyhow::Result<ExitCode> {
    let (projection, read) = (one(name)?, &context.stores.read);
    let changed = if *dry_run { read.is_paused(projection).await? } else { read.resume(projection).await? };
    Ok(match (changed, dry_run) {
        (false, _) => told(name, "was not paused"),
        (true, false) => told(name, "goes on"),
        (true, true) => dry(name, "would go on"),
    })
}

fn told(name: &str, what: &str) -> ExitCode {
    note(&format!("{name}: {what}"));
    ExitCode::SUCCESS
}

/// What would be done is the answer to a dry run.
fn dry(name: &str, what: &str) -> ExitCode {
    told(name, &format!("{what}; nothing was done"))
}

fn one(name: &str) -> anyhow::Result<&'static dyn Projection> {
    let known = || projection::all().iter().map(|projection| projection.name()).collect::<Vec<_>>().join(", ");
    projection::named(name).with_context(|| format!("there is no projection {name}; there are {}", known()))
}

/// The projections of these names; all of them for none.
fn named(names: &[String]) -> anyhow::Result<Vec<&'static dyn Projection>> {
    if names.is_empty() {
        return Ok(projection::all());
    }
    names.iter().map(|name| one(name)).collect()
}

async fn status(context: &Context, format: Format) -> anyhow::Result<ExitCode> {
    let head = context.stores.feed.head().await?;
    let mut rows =
        Rows::new(&["name", "version", "position", "lag_events", "lag_seconds", "state", "last_error", "skipped"]);
    for status in context.stores.read.status(&projection::all()).await? {
        let Some(live) = status.live else { bail!("the projection {} has no tables", status.name) };
        let lag = lag(&*context.stores.feed, &context.stores.system, live.position, head).await;
        let error = last_error(context, status.name, &live).await;
        let skips = Skips::read(&*context.stores.feed, status.name).await?;
        rows.push([
            json!(status.name),
            json!(live.version),
            json!(live.position),
            json!(lag.events),
            json!(lag.seconds),
            json!(live.state.as_str()),
            json!(error),
            if format.is_table() { words(&skips) } else { skipped(&skips) },
        ]);
    }
    rows.print(format)?;
    Ok(ExitCode::SUCCESS)
}

/// The skipped events for a person who reads: a line each.
fn words(skips: &Skips) -> Value {
    let line = |skip: &Skip| {
        let (who, at) = (skip.actor.id().unwrap_or_default(), skip.skipped_at.format("%Y-%m-%dT%H:%M:%SZ"));
        format!("{} by {} {who} at {at}: {}", skip.position, skip.actor.kind(), skip.reason)
    };
    let lines: Vec<String> = skips.iter().map(line).collect();
    if lines.is_empty() { Value::Null } else { json!(lines.join("; ")) }
}

/// What the tables themselves say, and what their follower, which is in another process, must be saying of them.
async fn last_error(context: &Context, name: &str, live: &Generation) -> Option<String> {
    if let Some(error) = &live.error {
        let position = live.error_position.map(|position| format!("at {position}: "));
        return Some(position.unwrap_or_default() + error);
    }
    let checked = context.stores.rebuilder().check(projection::named(name)?, live).await;
    checked.err().map(|error| error.to_string())
}

async fn verify(context: &Context, projections: &[&'static dyn Projection]) -> anyhow::Result<ExitCode> {
    let rebuilder = context.stores.rebuilder();
    let mut equal = true;
    for &projection in projections {
        let mut meter = Meter::start(projection.name(), Instant::now());
        let found = rebuilder.verify(projection, &mut |progress| meter.show(progress)).await?;
        let name = projection.name();
        match found.difference {
            None => note(&format!("{name}: {} rows equal at position {}", found.rows, found.position)),
            Some(difference) => {
                equal = false;
                note(&format!("{name}: differs at position {}: {difference}", found.position));
            }
        }
    }
    // Equal up to where it stands is not equal to the log.
    let mut follows = true;
    for status in context.stores.read.status(projections).await? {
        if let Some(live) = status.live.filter(|live| live.state != State::Live) {
            follows = false;
            note(&format!(
                "{}: {} at position {}; the log goes on without it",
                status.name,
                live.state.as_str(),
                live.position
            ));
        }
    }
    Ok(if equal && follows { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
