//! `routix migrate`.

use std::process::ExitCode;

use super::context::Context;
use super::output::note;
use super::settings::Settings;

/// Opening the stores brings them up to date; this is that and nothing else.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let context = Context::make(settings).await?;
    note(&format!("the databases of {} are up to date", context.config.data_dir.display()));
    Ok(ExitCode::SUCCESS)
}
