//! The command line: one file a subcommand. Data goes to stdout, everything else to stderr; 0 is done, 1 failed, 2 wrong
//! usage.

mod app;
mod backup;
mod branch;
mod completions;
mod config;
mod context;
mod demo;
mod doctor;
mod events;
mod history;
mod keys;
mod man;
mod manager;
mod member;
mod meter;
mod migrate;
mod organization;
mod output;
mod projections;
mod security;
mod serve;
mod settings;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::settings::Settings;

/// OAuth 2.1 server, branch-scoped API proxy and app management on an event log.
#[derive(Parser)]
#[command(name = "routix", version, propagate_version = true, disable_help_subcommand = true)]
#[command(after_help = "Example:\n  routix demo")]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
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
    /// Print a completion script for a shell.
    #[command(after_help = "Example:\n  routix completions bash > /etc/bash_completion.d/routix")]
    Completions(completions::Arguments),
    /// Write the manual, a page a command.
    #[command(after_help = "Example:\n  routix man --out /usr/local/share/man/man1")]
    Man(man::Arguments),
}

/// Parses the command line, runs the command and returns its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let Cli { settings, command } = cli;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        match command {
            Command::Demo => demo::run(&settings).await,
            Command::Serve => serve::run(&settings).await,
            Command::Migrate(arguments) => migrate::run(&settings, &arguments).await,
            Command::Config(command) => config::run(&settings, &command),
            Command::Doctor(arguments) => doctor::run(&settings, &arguments).await,
            Command::Backup(arguments) => backup::run(&settings, &arguments),
            Command::Organization(command) => organization::run(&settings, command).await,
            Command::Branch(command) => branch::run(&settings, command).await,
            Command::User(command) => user::run(&settings, command).await,
            Command::Member(command) => member::run(&settings, command).await,
            Command::App(command) => app::run(&settings, command).await,
            Command::History(command) => history::run(&settings, command).await,
            Command::Keys(command) => keys::run(&settings, command).await,
            Command::Events(command) => events::run(&settings, command).await,
            Command::Projections(command) => projections::run(&settings, command).await,
            Command::Security(command) => security::run(&settings, command).await,
            Command::Completions(arguments) => completions::run(&arguments),
            Command::Man(arguments) => man::run(&arguments),
        }
    })
}
