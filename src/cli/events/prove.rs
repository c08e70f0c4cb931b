//! `routix events prove`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use uuid::Uuid;

use super::{local_keys, note_in};
use crate::cli::context::Context;
use crate::cli::output::line;
use crate::cli::settings::Settings;
use crate::evidence::Prover;

#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// The position of an event, or its id, for which the log is read through.
    #[arg(value_parser = event, required_unless_present = "from_checkpoint", conflicts_with = "from_checkpoint")]
    event: Option<Event>,
    /// A file with an older checkpoint: prove that its log is the beginning of this one.
    #[arg(long, value_name = "FILE")]
    from_checkpoint: Option<PathBuf>,
    /// How many events the checkpoint has against which it is proven; the newest when left out.
    #[arg(long)]
    size: Option<u64>,
}

#[derive(Clone, Copy)]
enum Event {
    Position(u64),
    Id(Uuid),
}

fn event(text: &str) -> Result<Event, String> {
    let position = text.parse().map(Event::Position);
    position
        .or_else(|_| text.parse().map(Event::Id))
        .map_err(|_| "neither a position nor the id of an event".to_owned())
}

/// Prints one line of JSON with everything that `routix events verify` needs to check it.
pub(super) async fn run(settings: &Settings, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let older = arguments.from_checkpoint.as_deref().map(note_in).transpose()?;
    let context = Context::open_still(settings).await?;
    let (feed, seals) = (Arc::clone(&context.stores.feed), Arc::clone(&context.stores.seals));
    let prover = Prover { feed, seals, keys: local_keys(&context.config)? };
    let proof = match (older, arguments.event) {
        (Some(older), _) => prover.consistency(&older, arguments.size).await?,
        (None, Some(Event::Position(position))) => prover.inclusion(position, arguments.size).await?,
        (None, Some(Event::Id(id))) => prover.inclusion(prover.position_of(id).await?, arguments.size).await?,
        (None, None) => anyhow::bail!("name an event or an older checkpoint"),
    };
    line(&serde_json::to_string(&proof)?)?;
    Ok(ExitCode::SUCCESS)
}
