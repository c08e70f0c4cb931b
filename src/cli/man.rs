//! `routix man`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::Cli;
use super::output::line;

#[derive(Args)]
pub(super) struct Arguments {
    /// The folder for the pages; made when it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let out = &arguments.out;
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let mut command = Cli::command();
    command.build();
    let mut pages = Vec::new();
    write(&command, out, &mut pages).with_context(|| format!("cannot write into {}", out.display()))?;
    pages.iter().try_for_each(|page| line(page))?;
    Ok(ExitCode::SUCCESS)
}

/// A page for a command and for each below it, named as `man` looks for them: `routix-app-list.1`.
fn write(command: &Command, out: &Path, pages: &mut Vec<String>) -> io::Result<()> {
    let page = Man::new(command.clone());
    let name = page.get_filename();
    let mut text = Vec::new();
    page.render(&mut text)?;
    fs::write(out.join(&name), text)?;
    pages.push(name);
    command.get_subcommands().try_for_each(|below| write(below, out, pages))
}
