//! `routix events list`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::chosen::Chosen;
use crate::cli::context::Context;
use crate::cli::output::shown;
use crate::cli::settings::Settings;
use crate::evidence::{Choice, ExportError, Form, values, write_chosen};

#[derive(Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    chosen: Chosen,
    /// At most so many, from the oldest on; go on with `--after` and the last position.
    #[arg(long, default_value_t = u64::MAX, hide_default_value = true)]
    limit: u64,
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = Kind::Table)]
    format: Kind,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Table,
    Json,
    Jsonl,
    Csv,
}

/// Prints each event as it is read: a log is longer than what fits in memory.
pub(super) async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { chosen, limit, format } = arguments;
    let context = Context::open_still(settings).await?;
    let mut choice = Choice::begin(&context.stores.feed, chosen.filter()).await?;
    let mut out = BufWriter::new(io::stdout());
    let form = match format {
        Kind::Table => None,
        Kind::Json => Some(Form::Json),
        Kind::Jsonl => Some(Form::Jsonl),
        Kind::Csv => Some(Form::Csv { bom: false }),
    };
    let printed = match form {
        Some(form) => write_chosen(&mut choice, (form, limit), &mut out, &mut |_, _| {}).await.map(drop),
        None => table(&mut choice, limit, &mut out).await,
    };
    let printed = printed.and_then(|()| out.flush().map_err(ExportError::Write));
    match printed {
        // Whoever reads has seen enough.
        Err(ExportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        other => Ok(other.map(|()| ExitCode::SUCCESS)?),
    }
}

async fn table(choice: &mut Choice, limit: u64, out: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    let head = ["POSITION", "RECORDED AT", "TYPE", "STREAM ID", "ACTOR", "REQUEST ID"];
    row(out, head.map(str::to_owned))?;
    let mut printed = 0;
    while printed < limit
        && let Some(chosen) = choice.next().await?
    {
        let [position, _, time, event_type, _, _, stream_id, ..] = values(&chosen);
        let actor: Vec<&str> = ["actor_kind", "actor_id"].into_iter().filter_map(|name| chosen.said(name)).collect();
        let request = chosen.said("request_id").unwrap_or_default().to_owned();
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        row(out, [text(position), text(time), text(event_type), text(stream_id), actor.join(" "), request])?;
        printed += 1;
    }
    Ok(())
}

/// The widths are those of our ids, times and types; a longer one moves its line only.
fn row(out: &mut (dyn Write + Send), cells: [String; 6]) -> io::Result<()> {
    let [position, time, event_type, stream, actor, request] = cells.map(|cell| shown(&cell));
    let line = format!("{position:>9}  {time:<27}  {event_type:<34}  {stream:<36}  {actor:<41}  {request}");
    writeln!(out, "{}", line.trim_end())
}
