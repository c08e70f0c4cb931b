//! The subcommands, and which file runs each.

use std::process::ExitCode;

use clap::Subcommand;

use super::settings::Settings;
use super::{
    app, backup, branch, completions, config, demo, doctor, events, history, keys, man, member, migrate, openapi,
    organization, projections, security, serve, user,
};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Run everything with demo data, in one folder.
    #[command(after_help = "Example:\n  routix demo --listen 127.0.0.1:8080")]
    Demo,
    /// Run the service.
    #[command(after_help = "Example:\n  routix serve --public-url https://api.example.com --data-dir /var/lib/routix")]
    Serve,
    /// Bring the databases up to date.
    #[command(after_help = "Example:\n  routix migrate --data-dir /var/lib/routix\n  routix migrate --check")]
    Migrate(migrate::Arguments),
    /// Settings: what holds, and where it came from.
    #[command(subcommand)]
    Config(config::Command),
    /// What would stop this from serving, or make it unsafe: one line each. Changes nothing; ends with 1 for a problem.
    #[command(after_help = "Example:\n  routix doctor --config /etc/routix.toml")]
    Doctor(doctor::Arguments),
    /// Copy the SQLite files and the keys into a new folder, beside a running server. For PostgreSQL there is pg_dump.
    #[command(after_help = "Example:\n  routix backup --data-dir /var/lib/routix --out /var/backups/routix-monday")]
    Backup(backup::Arguments),
    /// Organizations.
    #[command(subcommand)]
    Organization(organization::Command),
    /// Branches of an organization.
    #[command(subcommand)]
    Branch(branch::Command),
    /// People who sign in.
    #[command(subcommand)]
    User(user::Command),
    /// Who belongs to an organization, and as what.
    #[command(subcommand)]
    Member(member::Command),
    /// Registered apps.
    #[command(subcommand)]
    App(app::Command),
    /// What happened, for auditors.
    #[command(subcommand)]
    History(history::Command),
    /// Keys that sign access tokens.
    #[command(subcommand)]
    Keys(keys::Command),
    /// The event log: list, export, verify, prove.
    #[command(subcommand)]
    Events(events::Command),
    /// Read models: where they stand, rebuild them, verify them.
    #[command(subcommand)]
    Projections(projections::Command),
    /// Failures and refusals: who tried what he may not.
    #[command(subcommand)]
    Security(security::Command),
    /// Print the description of the API, OpenAPI 3.1, as a server with these settings answers it at /openapi.json.
    #[command(after_help = "Example:\n  routix openapi --public-url https://api.example.com > openapi.json")]
    Openapi,
    /// Print a completion script for a shell.
    #[command(after_help = "Example:\n  routix completions bash > /etc/bash_completion.d/routix")]
    Completions(completions::Arguments),
    /// Write the manual, a page a command.
    #[command(after_help = "Example:\n  routix man --out /usr/local/share/man/man1")]
    Man(man::Arguments),
}

impl Command {
    /// Runs the command and returns its exit code.
    ///
    /// # Errors
    /// Whatever is in the way, in one sentence.
    pub(super) async fn run(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        match self {
            Self::Demo => demo::run(settings).await,
            Self::Serve => serve::run(settings).await,
            Self::Migrate(arguments) => migrate::run(settings, &arguments).await,
            Self::Config(command) => config::run(settings, &command),
            Self::Doctor(arguments) => doctor::run(settings, &arguments).await,
            Self::Backup(arguments) => backup::run(settings, &arguments),
            Self::Organization(command) => organization::run(settings, command).await,
            Self::Branch(command) => branch::run(settings, command).await,
            Self::User(command) => user::run(settings, command).await,
            Self::Member(command) => member::run(settings, command).await,
            Self::App(command) => app::run(settings, command).await,
            Self::History(command) => history::run(settings, command).await,
            Self::Keys(command) => keys::run(settings, command).await,
            Self::Events(command) => events::run(settings, command).await,
            Self::Projections(command) => projections::run(settings, command).await,
            Self::Security(command) => security::run(settings, command).await,
            Self::Openapi => openapi::run(settings),
            Self::Completions(arguments) => completions::run(&arguments),
            Self::Man(arguments) => man::run(&arguments),
        }
    }
}
