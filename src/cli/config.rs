//! `routix config`.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};

use super::output::{Format, Rows, warn};
use super::settings::Settings;
use crate::config::{Config, Origin};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Every setting, its value for `serve`, and where that came from. Passwords are not shown.
    #[command(after_help = "Example:\n  routix config show --config /etc/routix.toml --format json")]
    Show {
        #[command(flatten)]
        format: Format,
    },
}

pub(super) fn run(settings: &Settings, command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Show { format } = command;
    let loaded = settings.read(Config::default())?;
    warn(&loaded.warnings);
    let mut rows = Rows::new(&["setting", "value", "origin", "from"]);
    for setting in loaded.settings {
        let (origin, from) = match setting.origin {
            Origin::Flag(name) => ("flag", json!(name)),
            Origin::Variable(name) => ("variable", json!(name)),
            Origin::File(path) => ("file", json!(path)),
            Origin::Default => ("default", Value::Null),
        };
        rows.push([json!(setting.name), setting.value, json!(origin), from]);
    }
    rows.print(*format)?;
    Ok(ExitCode::SUCCESS)
}
