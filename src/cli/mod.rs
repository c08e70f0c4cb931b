//! The command line: one file a subcommand. Data goes to stdout, everything else to stderr; 0 is done, 1 failed, 2 wrong
//! usage.

mod app;
mod backup;
mod branch;
mod command;
mod completions;
mod config;
mod context;
mod demo;
mod doctor;
mod events;
mod history;
mod keys;
mod leaked;
mod log;
mod log_format;
#[cfg(test)]
mod log_kept;
mod log_lines;
mod man;
mod manager;
mod member;
mod meter;
mod migrate;
mod openapi;
mod organization;
mod output;
mod projections;
mod security;
mod serve;
mod settings;
mod user;

use std::process::ExitCode;

use clap::Parser;

use self::command::Command;
pub use self::log_format::JsonLines;
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

/// A thread of the runtime has room for 256 tasks that can go on. What is beyond that goes where all threads look, as a rule
/// after dozens of their own; under more load than can be borne, what lies there would wait ten times as long as the rest.
const LOOKS_AT_ALL: u32 = 2;

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
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().global_queue_interval(LOOKS_AT_ALL).build()?;
    runtime.block_on(cli.command.run(&cli.settings))
}
