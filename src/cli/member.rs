//! `routix member`.

use std::process::ExitCode;

use clap::Subcommand;
use routix_domain::organization::Role;
use routix_projections::members;
use serde_json::json;
use uuid::Uuid;

use super::context::{Context, restriction};
use super::organization::require;
use super::output::{Format, Rows};
use super::settings::Settings;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Add a user to an organization.
    #[command(after_help = "Example:\n  routix member add --organization ID --user ann@example.com --role admin")]
    Add {
        #[arg(long)]
        organization: Uuid,
        /// E-mail address or id.
        #[arg(long)]
        user: String,
        /// owner, admin, member or viewer.
        #[arg(long)]
        role: Role,
        /// A branch he is limited to, by id; may be given again. None is no limit.
        #[arg(long)]
        branch: Vec<Uuid>,
    },
    /// Change a member's role or branches.
    #[command(after_help = "Example:\n  routix member change --organization ID --user ann@example.com --role viewer")]
    Change {
        #[arg(long)]
        organization: Uuid,
        #[arg(long)]
        user: String,
        #[arg(long, required_unless_present_any = ["branch", "all_branches"])]
        role: Option<Role>,
        /// A branch he is limited to, by id; may be given again.
        #[arg(long, conflicts_with = "all_branches")]
        branch: Vec<Uuid>,
        /// Lifts every limit to branches.
        #[arg(long)]
        all_branches: bool,
    },
    /// Remove a member. The last owner cannot be removed.
    #[command(after_help = "Example:\n  routix member remove --organization ID --user ann@example.com")]
    Remove {
        #[arg(long)]
        organization: Uuid,
        #[arg(long)]
        user: String,
    },
    /// List the members of an organization.
    #[command(after_help = "Example:\n  routix member list --organization ID")]
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
        Command::Add { organization, user, role, branch } => {
            let user = context.user(&user).await?;
            commands.add_member((organization, user.id), role, restriction(branch), &origin).await?;
        }
        Command::Change { organization, user, role, branch, all_branches } => {
            let user = context.user(&user).await?;
            let branches = (all_branches || !branch.is_empty()).then(|| restriction(branch));
            commands.change_member((organization, user.id), role, branches, &origin).await?;
        }
        Command::Remove { organization, user } => {
            let user = context.user(&user).await?;
            commands.remove_member((organization, user.id), &origin).await?;
        }
        Command::List { organization, format } => {
            require(&context, organization).await?;
            let mut rows = Rows::new(&["user_id", "email", "name", "role", "branch_ids"]);
            for member in members::of_organization(&context.stores.read, organization).await? {
                let user = context.stores.identity.user(member.user_id).await?;
                let (email, name) = user.map(|user| (user.email, user.name)).unzip();
                let branches = member.branches.to_list();
                rows.push([json!(member.user_id), json!(email), json!(name), json!(member.role.0), json!(branches)]);
            }
            rows.print(format)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
