//! `routix organization`.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use routix_domain::value::single_line;
use routix_projections::members;
use serde_json::json;
use uuid::Uuid;

use super::context::Context;
use super::output::{Format, Rows, line, note};
use super::settings::Settings;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Create an organization with its first owner.
    #[command(
        after_help = "Example:\n  routix organization create --name 'Van den Berg Transport' --owner ann@example.com"
    )]
    Create {
        /// Its name, 1 to 100 characters.
        #[arg(long)]
        name: String,
        /// The user who owns it: e-mail address or id.
        #[arg(long)]
        owner: String,
    },
    /// List organizations.
    #[command(after_help = "Example:\n  routix organization list --format json")]
    List {
        #[command(flatten)]
        format: Format,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> anyhow::Result<ExitCode> {
    let context = Context::open(settings).await?;
    match command {
        Command::Create { name, owner } => {
            let name = single_line(&name, 100).context("the name")?;
            let owner = context.user(&owner).await?;
            let id = context.stores.system.id();
            context.stores.commands.create_organization(id, (name, owner.id), &context.origin()).await?;
            note("created; open a branch next: routix branch open --organization ID --name NAME");
            line(&id.to_string())?;
        }
        Command::List { format } => {
            let mut rows = Rows::new(&["id", "name", "created_at"]);
            for organization in members::organizations(&context.stores.read).await? {
                let created_at = organization.created_at.to_rfc3339();
                rows.push([json!(organization.organization_id), json!(organization.name), json!(created_at)]);
            }
            rows.print(format)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The organization must be there; an empty list would hide a typing error.
pub(super) async fn require(context: &Context, id: Uuid) -> anyhow::Result<()> {
    members::organization(&context.stores.read, id).await?.with_context(|| format!("there is no organization {id}"))?;
    Ok(())
}
