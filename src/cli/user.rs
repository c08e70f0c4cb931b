//! `routix user`.

use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::Subcommand;
use serde_json::json;
use uuid::Uuid;

use super::context::{Context, read_password};
use super::output::{Format, Rows, line, note};
use super::settings::Settings;
use crate::commands::users::UserError;

/// The exit code of wrong usage, as clap has it.
const USAGE: u8 = 2;

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
    /// Forget a person for good: who he was, his sessions, and where his requests came from. What he did stays in the log,
    /// under an id that names nobody. Prints that id.
    #[command(after_help = "Example:\n  routix user forget ann@example.com --yes")]
    Forget {
        /// E-mail address or id; the id alone once he is forgotten.
        user: String,
        /// Confirms that this cannot be undone. Without it, the e-mail address is asked for at the terminal.
        #[arg(long)]
        yes: bool,
    },
    /// Give a user another password and end his sessions; prints the password if it made one. For who has forgotten his own.
    #[command(after_help = "Example:\n  routix user password ann@example.com")]
    Password {
        /// E-mail address or id.
        user: String,
        /// File with the password, or - for standard input; without it, a password is made and printed once.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Let a user in again who was locked out.
    #[command(after_help = "Example:\n  routix user enable ann@example.com")]
    Enable {
        /// E-mail address or id.
        user: String,
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
                Err(error) => return Err(told(error)),
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
        Command::Forget { user, yes } => return forget(&context, &user, yes).await,
        Command::Password { user, password_file } => {
            let user = context.user(&user).await?;
            let made = password_file.is_none();
            let password = match password_file {
                Some(file) => read_password(&file)?,
                None => context.stores.users.generate_password(),
            };
            context.stores.users.set_password(user.id, password.clone()).await.map_err(told)?;
            note("changed; the user's sessions are ended");
            if made {
                line(&password)?;
            }
        }
        Command::Enable { user } => {
            let user = context.user(&user).await?;
            context.stores.identity.enable_user(user.id).await?;
            note("enabled; the user can sign in");
        }
        Command::Disable { user } => {
            let user = context.user(&user).await?;
            context.stores.identity.disable_user(user.id, context.stores.system.now()).await?;
            note("disabled; the user's sessions are ended");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// With every fault by name.
fn told(error: UserError) -> anyhow::Error {
    match error {
        UserError::Invalid(faults) => {
            let faults: Vec<String> =
                faults.into_iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect();
            anyhow!(faults.join("; "))
        }
        error @ (UserError::EmailTaken(_) | UserError::Password(_) | UserError::Identity(_)) => error.into(),
    }
}

async fn forget(context: &Context, user: &str, yes: bool) -> anyhow::Result<ExitCode> {
    let commands = &context.stores.commands;
    let id = match user.parse::<Uuid>() {
        // Nobody has to confirm what was done before; it is only done to the end.
        Ok(id) if context.stores.identity.user(id).await?.is_none() && commands.is_forgotten(id).await? => id,
        Ok(_) | Err(_) => {
            let user = context.user(user).await?;
            commands.check_forgettable(user.id).await?;
            if !yes && !io::stdin().is_terminal() {
                note("error: forgetting a person cannot be undone; confirm it with --yes");
                return Ok(ExitCode::from(USAGE));
            }
            if !yes {
                note(&format!("This cannot be undone. To forget {}, type the e-mail address:", user.name));
                confirm(&mut io::stdin().lock(), &user.email)?;
            }
            user.id
        }
    };
    let forgotten = commands.forget_person(id, &context.origin()).await?;
    line(&id.to_string())?;
    let requests = match forgotten.contexts {
        1 => "1 request".to_owned(),
        number => format!("{number} requests"),
    };
    note(&match (forgotten.before, forgotten.contexts) {
        (true, 0) => "was forgotten before; nothing was left to remove".to_owned(),
        (true, _) => format!("was forgotten before; what was left of {requests} is removed now"),
        (false, _) => format!("forgotten, with the address and the user agent of {requests}"),
    });
    if forgotten.purged {
        return Ok(ExitCode::SUCCESS);
    }
    bail!(
        "what was removed may still stand in the files of the database, because somebody reads it; run the same with the id \
         again"
    );
}

/// Reads one line that has to be the e-mail address.
///
/// # Errors
/// That it is something else, or that there is none.
fn confirm(input: &mut impl BufRead, email: &str) -> anyhow::Result<()> {
    let mut typed = String::new();
    input.read_line(&mut typed)?;
    if typed.trim().to_lowercase() == email.trim().to_lowercase() {
        return Ok(());
    }
    bail!("that is not the e-mail address; nothing was forgotten")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_address_confirms() {
        let confirm = |typed: &str| confirm(&mut typed.as_bytes(), "Ann@example.com").is_ok();
        assert!(confirm("ann@example.com\n") && confirm(" Ann@Example.com \r\n") && confirm("ann@example.com"));
        for typed in ["", "\n", "yes\n", "bob@example.com\n", "\nann@example.com\n"] {
            assert!(!confirm(typed), "{typed:?}");
        }
    }
}
