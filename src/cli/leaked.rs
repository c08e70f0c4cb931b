//! `routix app leaked`: whose a secret is that was found somewhere, and making it worthless.

use std::io::{self, BufRead, Read};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use clap::Args;
use routix_domain::app::{AppChange, StatusChange};
use routix_domain::value::{Acceptance, SecretGeneration};
use routix_projections::app_list::{self, AppRow};
use routix_projections::members::{self, OrganizationRow};
use serde_json::{Value, json};

use super::context::Context;
use super::output::{Format, Rows, note};
use crate::commands::digest;

/// More than a secret has, and no more than a line of a file.
const LONGEST_LINE: u64 = 4_096;

#[derive(Args)]
pub(super) struct Leaked {
    /// Make it worthless: rotate it without an overlap, or end its overlap when it is replaced already.
    #[arg(long, requires = "yes", conflicts_with = "revoke")]
    rotate: bool,
    /// Stop the app from getting tokens.
    #[arg(long, requires = "yes")]
    revoke: bool,
    /// With --revoke: also stop the tokens that it has.
    #[arg(long, requires = "revoke")]
    cut_off: bool,
    /// Confirms that programs which use the secret stop.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    format: Format,
}

/// A secret and the app that has it, or had it.
struct Found {
    app: AppRow,
    organization: OrganizationRow,
    secret: SecretGeneration,
}

/// # Errors
/// That what is read is no secret, or that no app ever had it.
pub(super) async fn run(context: &Context, leaked: &Leaked) -> anyhow::Result<ExitCode> {
    let text = read(&mut io::stdin().lock())?;
    let found = find(context, &digest(&text)).await?.context("no app here has this secret or ever had it")?;
    let mut rows = describe(context, &found).await?;
    if leaked.rotate {
        rows.extend(end(context, &found).await?);
    }
    if leaked.revoke {
        revoke(context, &found.app, leaked.cut_off).await?;
    }
    let mut table = Rows::new(&["field", "value"]);
    rows.into_iter().for_each(|(name, value)| table.push([json!(name), value]));
    table.print(leaked.format)?;
    Ok(ExitCode::SUCCESS)
}

/// The secret in the first line.
fn read(input: &mut impl BufRead) -> anyhow::Result<String> {
    let mut line = String::new();
    Read::take(input, LONGEST_LINE).read_line(&mut line)?;
    let text = line.trim();
    let hex = text.strip_prefix("routix_").unwrap_or_default();
    let formed = hex.len() == 40 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !formed {
        bail!("write the secret to standard input: routix_ and 40 hexadecimal digits, in lower case");
    }
    Ok(text.to_owned())
}

/// The read model keeps the digest of every secret that an app ever had.
async fn find(context: &Context, sha256: &str) -> anyhow::Result<Option<Found>> {
    let read = &context.stores.read;
    for organization in members::organizations(read).await? {
        for app in app_list::of_organization(read, organization.organization_id).await? {
            let secret = app.secrets.iter().find(|secret| secret.fingerprint.sha256 == sha256).cloned();
            if let Some(secret) = secret {
                return Ok(Some(Found { app, organization, secret }));
            }
        }
    }
    Ok(None)
}

async fn describe(context: &Context, found: &Found) -> anyhow::Result<Vec<(&'static str, Value)>> {
    let Found { app, organization, secret } = found;
    let usage = context.stores.identity.usage(app.app_id).await?;
    let last_used = usage.iter().find(|usage| usage.secret_generation == secret.generation);
    let (works, ends) = standing(secret, context.stores.system.now());
    Ok(vec![
        ("app_id", json!(app.app_id)),
        ("app_name", json!(app.name)),
        ("client_id", json!(app.client_id)),
        ("app_status", json!(app.status.0)),
        ("organization_id", json!(organization.organization_id)),
        ("organization_name", json!(organization.name)),
        ("secret_last4", json!(secret.fingerprint.last4)),
        ("secret_created_at", json!(secret.created_at)),
        ("secret_works", json!(works)),
        ("secret_ends_at", json!(ends)),
        ("secret_last_used_at", json!(last_used.map(|usage| usage.last_used_at))),
    ])
}

/// Whether it still is accepted, were the app active; and when that ends or ended.
fn standing(secret: &SecretGeneration, now: DateTime<Utc>) -> (bool, Option<DateTime<Utc>>) {
    let ends = match secret.acceptance {
        Acceptance::Current => None,
        Acceptance::Until(end) | Acceptance::Ended(end) => Some(end),
    };
    (secret.is_accepted_at(now), ends)
}

/// What the answer shows of it: a new secret, when one was made.
async fn end(context: &Context, found: &Found) -> anyhow::Result<Option<(&'static str, Value)>> {
    let (commands, id) = (&context.stores.commands, found.app.app_id);
    // Whoever rotated meanwhile has made a secret that did not leak.
    let seen = Some(found.app.sequence);
    match found.secret.acceptance {
        Acceptance::Current => {
            let secret = commands.rotate_secret((id, seen), 0, &context.origin()).await?;
            note("rotated; the secret that leaked is refused. The new one is shown once.");
            Ok(Some(("new_client_secret", json!(secret.expose()))))
        }
        Acceptance::Until(end) if end > context.stores.system.now() => {
            commands.end_overlap((id, seen), &context.origin()).await?;
            note("the overlap is ended, and the secret that leaked refused; the newest one stays");
            Ok(None)
        }
        Acceptance::Until(_) | Acceptance::Ended(_) => {
            note("nothing to rotate: the secret that leaked is refused already");
            Ok(None)
        }
    }
}

async fn revoke(context: &Context, app: &AppRow, cut_off: bool) -> anyhow::Result<()> {
    let (status, done) = if cut_off {
        (StatusChange::RevokeAndCutOff, "revoked, and its tokens are cut off")
    } else {
        (StatusChange::Revoke, "revoked; the tokens that it has live to their expiry")
    };
    let change = AppChange { status: Some(status), ..AppChange::default() };
    let ids = (app.organization_id, app.app_id);
    let changed = context.stores.commands.change_app(ids, None, change, &context.origin()).await?;
    note(if changed { done } else { "nothing changed: it was so already" });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_from_its_line_and_nothing_else_is_one() {
        let secret = "routix_188adcbb57a1f32ad723410b2949645065c8ed11";
        assert_eq!(read(&mut format!("  {secret}\r\nmore").as_bytes()).unwrap(), secret);
        for other in ["", "\n", "routix_", &secret[1..], &secret[..46], &format!("{secret}0"), &secret.to_uppercase()] {
            let refused = read(&mut other.as_bytes()).unwrap_err().to_string();
            assert!(refused.contains("standard input") && !refused.contains("188adcbb"), "{refused}");
        }
    }
}
