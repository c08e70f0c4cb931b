//! `routix backup`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::context::{quiet, require_data};
use super::output::{Format, Rows, note};
use super::settings::Settings;
use crate::wiring::back_up;

#[derive(Args)]
pub(super) struct Arguments {
    /// The folder to make. It must not be there yet, and its parent must.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    format: Format,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = quiet(settings)?;
    require_data(&config)?;
    let copied = back_up(&config, &arguments.out)?;
    let keys = copied.iter().any(|file| file.path.starts_with("keys"));
    let mut rows = Rows::new(&["file", "bytes"]);
    for file in copied {
        rows.push([json!(file.path), json!(file.bytes)]);
    }
    rows.print(arguments.format)?;
    note(if keys {
        "the copy holds the keys: keep it as safe as the service"
    } else {
        "warning: there are no keys in the keys folder, and so none in the copy; without them it cannot be served"
    });
    Ok(ExitCode::SUCCESS)
}
