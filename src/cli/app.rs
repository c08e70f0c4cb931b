//! `routix app`.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use routix_domain::app::{AppChange, StatusChange};
use routix_projections::app_list::{self, AppRow};
use routix_projections::members;
use serde_json::json;
use uuid::Uuid;

use super::context::Context;
use super::leaked::{self, Leaked};
use super::organization::require;
use super::output::{Format, Rows, line, note};
use super::settings::Settings;

#[derive(Subcommand)]
pub(super) enum Command {
    /// List apps, of one organization or of all.
    #[command(after_help = "Example:\n  routix app list --format json")]
    List {
        #[arg(long)]
        organization: Option<Uuid>,
        #[command(flatten)]
        format: Format,
    },
    /// Show everything about an app.
    #[command(after_help = "Example:\n  routix app show ID")]
    Show {
        id: Uuid,
        #[command(flatten)]
        format: Format,
    },
    /// Give an app a new secret; prints it once.
    #[command(after_help = "Example:\n  routix app rotate ID --overlap-seconds 3600")]
    Rotate {
        id: Uuid,
        /// For how long the old secret goes on working, at most 604800.
        #[arg(long, default_value_t = 0)]
        overlap_seconds: u32,
    },
    /// End the overlap of the last rotation now: the old secret stops working.
    #[command(after_help = "Example:\n  routix app end-overlap ID")]
    EndOverlap { id: Uuid },
    /// Stop an app from getting tokens.
    #[command(after_help = "Example:\n  routix app revoke ID --revoke-tokens")]
    Revoke {
        id: Uuid,
        /// Also stop the tokens that it has.
        #[arg(long)]
        revoke_tokens: bool,
    },
    /// Find whose a secret is that was found somewhere, and make it worthless. The secret is read from standard input, so
    /// that no list of processes shows it. Ends with 1 when no app here ever had it.
    #[command(after_help = "Example:\n  routix app leaked --rotate --yes < secret.txt")]
    Leaked(Leaked),
    /// Let a revoked app get tokens again.
    #[command(after_help = "Example:\n  routix app reactivate ID")]
    Reactivate { id: Uuid },
}

pub(super) async fn run(settings: &Settings, command: Command) -> anyhow::Result<ExitCode> {
    let context = Context::open(settings).await?;
    match command {
        Command::List { organization, format } => {
            let organizations = match organization {
                Some(id) => {
                    require(&context, id).await?;
                    vec![id]
                }
                None => members::organizations(&context.stores.read)
                    .await?
                    .into_iter()
                    .map(|organization| organization.organization_id)
                    .collect(),
            };
            let mut rows = Rows::new(&["id", "name", "status", "client_id", "secret", "organization_id"]);
            for id in organizations {
                for app in app_list::of_organization(&context.stores.read, id).await? {
                    let secret = last4(&app);
                    rows.push([
                        json!(app.app_id),
                        json!(app.name),
                        json!(app.status.0),
                        json!(app.client_id),
                        json!(secret),
                        json!(app.organization_id),
                    ]);
                }
            }
            rows.print(format)?;
        }
        Command::Show { id, format } => show(&find(&context, id).await?).print(format)?,
        Command::Rotate { id, overlap_seconds } => {
            find(&context, id).await?;
            let secret = context.stores.commands.rotate_secret((id, None), overlap_seconds, &context.origin()).await?;
            note("The new secret is shown once:");
            line(secret.expose())?;
        }
        Command::EndOverlap { id } => {
            find(&context, id).await?;
            if !context.stores.commands.end_overlap((id, None), &context.origin()).await? {
                note("nothing changed: no old secret was working");
            }
        }
        Command::Revoke { id, revoke_tokens } => {
            let (revoke, done) = if revoke_tokens {
                (StatusChange::RevokeAndCutOff, "revoked, and its tokens are cut off")
            } else {
                (StatusChange::Revoke, "revoked; the tokens that it has live to their expiry")
            };
            set_status(&context, id, (revoke, done)).await?;
        }
        Command::Leaked(leaked) => return leaked::run(&context, &leaked).await,
        Command::Reactivate { id } => {
            set_status(&context, id, (StatusChange::Reactivate, "active again; it gets tokens")).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn find(context: &Context, id: Uuid) -> anyhow::Result<AppRow> {
    app_list::by_id(&context.stores.read, id).await?.with_context(|| format!("there is no app {id}"))
}

async fn set_status(context: &Context, id: Uuid, (status, done): (StatusChange, &str)) -> anyhow::Result<()> {
    let app = find(context, id).await?;
    let change = AppChange { status: Some(status), ..AppChange::default() };
    let changed =
        context.stores.commands.change_app((app.organization_id, id), None, change, &context.origin()).await?;
    note(if changed { done } else { "nothing changed: it was so already" });
    Ok(())
}

fn show(app: &AppRow) -> Rows {
    let mut rows = Rows::new(&["field", "value"]);
    let fields = [
        ("id", json!(app.app_id)),
        ("organization_id", json!(app.organization_id)),
        ("name", json!(app.name)),
        ("description", json!(app.description)),
        ("homepage_url", json!(app.homepage_url)),
        ("client_id", json!(app.client_id)),
        ("client_type", json!(app.client_type.0)),
        ("secret", json!(last4(app))),
        ("redirect_uris", json!(app.redirect_uris.0)),
        ("allowed_scopes", json!(app.allowed_scopes.0)),
        ("allowed_branch_ids", json!(app.allowed_branches.to_list())),
        ("token_lifetime", json!(app.token_lifetime.0)),
        ("refresh_authentication", json!(app.refresh_authentication.0)),
        ("status", json!(app.status.0)),
        ("created_at", json!(app.created_at)),
        ("updated_at", json!(app.updated_at)),
    ];
    for (name, value) in fields {
        rows.push([json!(name), value]);
    }
    rows
}

fn last4(app: &AppRow) -> Option<String> {
    app.secrets.current().map(|secret| format!("\u{2022}\u{2022}\u{2022}\u{2022}{}", secret.fingerprint.last4))
}
