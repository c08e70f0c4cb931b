//! Running a recipe.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::person;
use crate::world::World;

/// How a recipe learns where the person was sent back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    Nobody,
    /// It prints an address, and reads another one.
    Lines,
    /// It prints the address of its own site, where it waits.
    Site,
}

/// What is left of a recipe that has ended.
#[derive(Debug)]
pub(crate) struct Cooked {
    pub(crate) succeeded: bool,
    /// What it printed, without the address.
    pub(crate) printed: String,
    pub(crate) complaints: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recipes")
}

/// The program that runs a file, by the file's ending.
fn program(file: &str) -> PathBuf {
    let (program, installed) = match file.rsplit('.').next() {
        Some("mjs") => ("node".into(), folder().join("node_modules")),
        Some("py") => (folder().join(".venv/bin/python"), folder().join(".venv")),
        Some("sh") => ("sh".into(), folder()),
        _ => panic!("nothing runs {file}"),
    };
    assert!(installed.exists(), "{} is missing: tests/run installs the clients of the recipes", installed.display());
    program
}

pub(crate) fn cook(world: &World, file: &str, asks: Asks) -> Cooked {
    // One that waits for what never comes is ended.
    let mut command = Command::new("timeout");
    command.arg("180").arg(program(file)).arg(folder().join(file)).envs(&world.facts);
    command.env("NO_PROXY", "127.0.0.1,localhost").env("no_proxy", "127.0.0.1,localhost");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{file} cannot be run: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    if asks != Asks::Nobody {
        let mut address = String::new();
        stdout.read_line(&mut address).unwrap();
        // One that failed before it could ask says why below.
        if !address.is_empty() {
            let sent_to = person::approves(world, address.trim());
            match asks {
                Asks::Lines => writeln!(stdin, "{sent_to}").unwrap(),
                Asks::Site | Asks::Nobody => person::arrives(&sent_to),
            }
        }
    }
    drop(stdin);
    let (mut printed, mut complaints) = (String::new(), String::new());
    stdout.read_to_string(&mut printed).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
    let succeeded = child.wait().unwrap().success();
    Cooked { succeeded, printed, complaints }
}
