//! `routix security`.

use std::process::ExitCode;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Subcommand;
use serde_json::json;

use super::context::Context;
use super::output::{Format, Rows, note};
use super::settings::Settings;
use crate::store::identity::{SecurityKind, SecurityRow};

#[derive(Subcommand)]
pub(super) enum Command {
    /// List failures and refusals, oldest first. One row is what came from one network within a minute.
    #[command(after_help = "Example:\n  routix security list --since 2026-03-01T00:00:00Z --kind sign_in_failed")]
    List {
        /// Only what was seen at this time (RFC 3339) or later.
        #[arg(long, value_name = "TIME", default_value = "1970-01-01T00:00:00Z", hide_default_value = true)]
        since: DateTime<Utc>,
        /// Only of this kind.
        #[arg(long)]
        kind: Option<SecurityKind>,
        /// No more than the newest of them.
        #[arg(long, value_name = "NUMBER", default_value_t = 10_000)]
        #[arg(value_parser = clap::value_parser!(u32).range(1..1_000_000_000))]
        limit: u32,
        #[command(flatten)]
        format: Format,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> anyhow::Result<ExitCode> {
    let context = Context::open_still(settings).await?;
    let Command::List { since, kind, limit, format } = command;
    // One more, to know whether there are more.
    let mut found = context.stores.identity.security_rows(since, kind, limit + 1).await?;
    if found.len() > usize::try_from(limit)? {
        found.remove(0);
        note(&format!("only the newest {limit} are shown; narrow it with --since, or raise --limit"));
    }
    let mut rows =
        Rows::new(&["first_at", "last_at", "kind", "detail", "count", "client_id", "user_id", "address", "request_id"]);
    found.into_iter().for_each(|row| push(&mut rows, row));
    rows.print(format)?;
    Ok(ExitCode::SUCCESS)
}

fn push(rows: &mut Rows, row: SecurityRow) {
    let at = |time: DateTime<Utc>| json!(time.to_rfc3339_opts(SecondsFormat::Millis, true));
    rows.push([
        at(row.first_at),
        at(row.last_at),
        json!(row.kind),
        json!(row.detail),
        json!(row.count),
        json!(row.client_id),
        json!(row.user_id),
        json!(row.address),
        json!(row.request_id),
    ]);
}
