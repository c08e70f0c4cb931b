//! `routix events schema`.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use routix_domain::schema::{SCHEMAS, Schema};
use serde_json::json;

use crate::cli::output::{Format, Rows, line};

#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// A type of event, as `app.registered` (its newest version) or `app.registered.v1`; a list of all when left out.
    #[arg(value_name = "TYPE")]
    event_type: Option<String>,
    #[command(flatten)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.event_type {
        None => {
            let mut rows = Rows::new(&["type", "version", "path"]);
            for schema in SCHEMAS {
                let path = format!("/schemas/events/{}", schema.name());
                rows.push([json!(schema.event_type), json!(schema.event_version), json!(path)]);
            }
            rows.print(arguments.format)?;
        }
        Some(name) => {
            let is = |schema: &&Schema| {
                schema.event_type == name || schema.name().strip_suffix(".json") == Some(name.as_str())
            };
            let schema = SCHEMAS.iter().rfind(is).with_context(|| format!("there is no event {name}"))?;
            line(schema.text.trim_end())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
