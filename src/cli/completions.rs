//! `routix completions`.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::output::write;

#[derive(Args)]
pub(super) struct Arguments {
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    // Into memory first: the generator panics when the reader of its output has gone.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "routix", &mut script);
    write(|out| out.write_all(&script))?;
    Ok(ExitCode::SUCCESS)
}
