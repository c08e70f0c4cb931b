//! Running this program under callgrind, and reading what it counted.

use std::collections::BTreeMap;
use std::process::Command;

use crate::figures::Figures;

/// Asks this program for the work itself.
pub(crate) const WORK: &str = "--work";

/// How many instructions each of the functions took, a round.
///
/// # Errors
/// What is missing, or what valgrind said.
pub(crate) fn count(names: &[&str], rounds: u64) -> Result<Figures, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let counts = folder.path().join("counts");
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*::measured_*"]);
    valgrind.arg(format!("--callgrind-out-file={}", counts.display())).arg(this).arg(WORK);
    run(&mut valgrind)?;
    let told = run(Command::new("callgrind_annotate").args(["--inclusive=yes", "--threshold=100"]).arg(&counts))?;
    let counted: BTreeMap<String, u64> = told.lines().filter_map(|line| read(line, names)).collect();
    match names.iter().find(|name| !counted.contains_key(**name)) {
        Some(name) => Err(format!("nothing was counted of {name}")),
        None => Ok(Figures(counted.into_iter().map(|(name, count)| (name, count / rounds)).collect())),
    }
}

fn run(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let done = command.output().map_err(|error| format!("cannot run {program}, which is needed for this: {error}"))?;
    if !done.status.success() {
        return Err(format!("{program} ended with {}: {}", done.status, String::from_utf8_lossy(&done.stderr)));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// A line of callgrind_annotate: `1,234,567 (12.3%)  file:crate::module::measured_name [program]`.
fn read(line: &str, names: &[&str]) -> Option<(String, u64)> {
    let (count, function) = line.trim_start().split_once(' ')?;
    let name = names.iter().find(|name| {
        let place = function.find(&format!("::measured_{name}"));
        place.is_some_and(|at| !function[at + "::measured_".len() + name.len()..].starts_with([':', '_']))
    })?;
    Some(((*name).to_owned(), count.replace(',', "").parse().ok()?))
}
