//! `routix projections retry`: try the event again, or pass it for good.

use std::process::ExitCode;

use clap::Args;
use routix_domain::log::RecordedEvent;
use routix_projections::Projection;
use routix_projections::read_db::State;

use super::{dry, one, told};
use crate::cli::context::Context;
use crate::cli::output::note;

/// The exit code of wrong usage, as clap has it.
const USAGE: u8 = 2;

#[derive(Args)]
pub(in crate::cli) struct Retry {
    name: String,
    /// Pass the event at which it stands instead, now and in every later rebuild. This is recorded in the log and cannot be
    /// taken back.
    #[arg(long, requires = "reason")]
    skip: bool,
    /// Why the event is skipped, in one line. It stays in the log for ever, so name no person in it.
    #[arg(long, requires = "skip", value_name = "TEXT")]
    reason: Option<String>,
    /// Confirms the risk of a skip in a projection that decides who gets in.
    #[arg(long, requires = "skip")]
    yes: bool,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn retry(context: &Context, asked: Retry) -> anyhow::Result<ExitCode> {
    let projection = one(&asked.name)?;
    if let Some(reason) = asked.reason.filter(|_| asked.skip) {
        return skip(context, projection, reason, (asked.yes, asked.dry_run)).await;
    }
    let stopped = if asked.dry_run {
        is_stopped(context, projection).await?
    } else {
        context.stores.read.retry(projection).await?
    };
    Ok(match (stopped, asked.dry_run) {
        (false, _) => told(&asked.name, "was not stopped"),
        (true, false) => told(&asked.name, "tries its event again"),
        (true, true) => dry(&asked.name, "would try its event again"),
    })
}

async fn is_stopped(context: &Context, projection: &'static dyn Projection) -> anyhow::Result<bool> {
    let live = context.stores.read.status(&[projection]).await?.pop().and_then(|status| status.live);
    Ok(live.is_some_and(|live| live.state == State::Stopped))
}

async fn skip(
    context: &Context,
    projection: &'static dyn Projection,
    reason: String,
    (yes, dry_run): (bool, bool),
) -> anyhow::Result<ExitCode> {
    let (name, commands) = (projection.name(), &context.stores.commands);
    let offender = commands.offender(projection).await?;
    if dry_run {
        return Ok(dry(name, &format!("would pass {}", named(&offender))));
    }
    if let Some(risk) = risk(name).filter(|_| !yes) {
        note(&format!("error: {name} would pass {}; {risk}; confirm it with --yes", named(&offender)));
        return Ok(ExitCode::from(USAGE));
    }
    let skipped = commands.skip_event(projection, reason, &context.origin()).await?;
    Ok(told(name, &format!("passes {}, and so does every later rebuild", named(&skipped))))
}

fn named(event: &RecordedEvent) -> String {
    format!(
        "the event at position {} ({}, {} {})",
        event.position, event.event_id, event.event_type, event.aggregate_id
    )
}

/// What may come of a skip where a projection decides who gets in.
fn risk(name: &str) -> Option<&'static str> {
    match name {
        "token_validation" => {
            Some("if it is a revocation, a rotated secret or a cut-off, what it ended goes on to work")
        }
        "consents" => Some("if it ends a consent or a family of tokens, the app keeps what the user took back"),
        "members" => Some("if it removes or restricts a member, he keeps what was taken from him"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use routix_projections::projection;

    use super::*;

    #[test]
    fn what_decides_who_gets_in_is_not_skipped_lightly() {
        let guarded =
            projection::all().into_iter().map(|projection| projection.name()).filter(|name| risk(name).is_some());
        assert_eq!(guarded.collect::<Vec<_>>(), ["token_validation", "members", "consents"]);
    }
}
