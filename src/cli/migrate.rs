//! `routix migrate`.

use std::process::ExitCode;

use clap::Args;

use super::context::{Context, quiet};
use super::output::{line, note};
use super::settings::Settings;
use crate::wiring::pending_migrations;

#[derive(Args)]
pub(super) struct Arguments {
    /// Change nothing; print what is missing, and end with 1 if something is.
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(settings: &Settings, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.check {
        return check(settings).await;
    }
    // Opening the stores brings them up to date; this is that and nothing else.
    let _context = Context::make(settings).await?;
    note("the databases are up to date");
    Ok(ExitCode::SUCCESS)
}

async fn check(settings: &Settings) -> anyhow::Result<ExitCode> {
    let pending = pending_migrations(&quiet(settings)?).await?;
    for (life, name) in &pending {
        line(&format!("{life}/{name}"))?;
    }
    if pending.is_empty() {
        note("the databases are up to date");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}
