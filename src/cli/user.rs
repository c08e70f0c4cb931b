//! `routix user`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use serde_json::json;

use super::context::{Context, read_password};
use super::output::{Format, Rows, line, note};
use super::settings::Settings;
use crate::commands::users::UserError;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Create a user; prints the id, and the password if it made one.
    #[command(
        after_help = "Example:\n  routix user create --email ann@example.com --name 'Ann de Vries' --password-file -"
    )]
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// File with the password, or - for standard input; without it, a password is made and printed once.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// List users.
    #[command(after_help = "Example:\n  routix user list --format csv")]
    List {
        #[command(flatten)]
        format: Format,
    },
    /// Lock a user out and end his sessions.
    #[command(after_help = "Example:\n  routix user disable ann@example.com")]
    Disable {
        /// E-mail address or id.
        user: String,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> anyhow::Result<ExitCode> {
    let context = Context::open(settings).await?;
    match command {
        Command::Create { email, name, password_file } => {
            let made = password_file.is_none();
            let password = match password_file {
                Some(file) => read_password(&file)?,
                None => context.stores.users.generate_password(),
            };
            let id = context.stores.system.id();
            match context.stores.users.create(id, (&email, &name), password.clone()).await {
                Ok(()) => {}
                Err(UserError::Invalid(faults)) => {
                    let faults: Vec<String> =
                        faults.into_iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect();
                    bail!(faults.join("; "));
                }
                Err(error) => return Err(error.into()),
            }
            line(&id.to_string())?;
            if made {
                note("The password was made for you and is shown once:");
                line(&password)?;
            }
        }
        Command::List { format } => {
            let mut rows = Rows::new(&["id", "email", "name", "status", "created_at"]);
            for user in context.stores.identity.users().await? {
                let status = if user.disabled_at.is_none() { "active" } else { "disabled" };
                let created_at = user.created_at.to_rfc3339();
                rows.push([json!(user.id), json!(user.email), json!(user.name), json!(status), json!(created_at)]);
            }
            rows.print(format)?;
        }
        Command::Disable { user } => {
            let user = context.user(&user).await?;
            context.stores.identity.disable_user(user.id, context.stores.system.now()).await?;
            note("disabled; the user's sessions are ended");
        }
    }
    Ok(ExitCode::SUCCESS)
}
