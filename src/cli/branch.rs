//! `routix branch`.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use routix_domain::value::{BranchPublicId, single_line};
use routix_projections::branches;
use serde_json::json;
use uuid::Uuid;

use super::context::Context;
use super::organization::require;
use super::output::{Format, Rows, line};
use super::settings::Settings;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Open a branch; prints its public id.
    #[command(after_help = "Example:\n  routix branch open --organization ID --name Rotterdam")]
    Open {
        /// The organization's id.
        #[arg(long)]
        organization: Uuid,
        /// Its name, 1 to 100 characters.
        #[arg(long)]
        name: String,
        /// Eight characters A-Z and 0-9; a random one when left out.
        #[arg(long)]
        public_id: Option<BranchPublicId>,
    },
    /// Give a branch another name.
    #[command(after_help = "Example:\n  routix branch rename --organization ID --branch ID --name 'Rotterdam Haven'")]
    Rename {
        #[arg(long)]
        organization: Uuid,
        /// The branch's id, as `routix branch list` prints it.
        #[arg(long)]
        branch: Uuid,
        #[arg(long)]
        name: String,
    },
    /// Close a branch for good: its records are no longer reached.
    #[command(after_help = "Example:\n  routix branch close --organization ID --branch ID --yes")]
    Close {
        #[arg(long)]
        organization: Uuid,
        #[arg(long)]
        branch: Uuid,
        /// Confirms that this cannot be undone.
        #[arg(long, required = true)]
        yes: bool,
    },
    /// List the branches of an organization.
    #[command(after_help = "Example:\n  routix branch list --organization ID")]
    List {
        #[arg(long)]
        organization: Uuid,
        #[command(flatten)]
        format: Format,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> anyhow::Result<ExitCode> {
    let context = Context::open(settings).await?;
    let (commands, origin) = (&context.stores.commands, context.origin());
    match command {
        Command::Open { organization, name, public_id } => {
            let name = single_line(&name, 100).context("the name")?;
            require(&context, organization).await?;
            let id = context.stores.system.id();
            let opened = commands.open_branch(organization, id, (name, public_id), &origin).await?;
            line(opened.public_id.as_str())?;
        }
        Command::Rename { organization, branch, name } => {
            let name = single_line(&name, 100).context("the name")?;
            commands.rename_branch(organization, (branch, name), &origin).await?;
        }
        Command::Close { organization, branch, yes: _ } => {
            commands.close_branch(organization, branch, &origin).await?;
        }
        Command::List { organization, format } => {
            require(&context, organization).await?;
            let mut rows = Rows::new(&["public_id", "id", "name", "status"]);
            for branch in branches::of_organization(&context.stores.read, organization).await? {
                let status = if branch.closed_at.is_none() { "open" } else { "closed" };
                rows.push([json!(branch.public_id), json!(branch.branch_id), json!(branch.name), json!(status)]);
            }
            rows.print(format)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
