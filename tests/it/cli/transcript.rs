//! The transcripts in READMEs, run as they are written there: an audit, and a bad day of an operator.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::running::Server;

/// One command, and what is printed for it, line by line.
struct Step {
    command: String,
    printed: Vec<String>,
}

/// The steps of every transcript in a README.
fn steps(readme: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        for line in block.lines() {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step { command: command.to_owned(), printed: Vec::new() }),
                (None, Some(step)) => step.printed.push(line.to_owned()),
                (None, None) => panic!("a transcript begins with a command, and not with {line}"),
            }
        }
    }
    steps
}

/// Runs the commands in one shell and takes down what each of them prints.
fn run(folder: &Path, steps: &[Step]) -> Vec<Vec<String>> {
    const MARK: &str = "@ the next command @";
    let mut script = String::from("set -euo pipefail\nexec 2>&1\n");
    for step in steps {
        script += &format!("echo '{MARK}'\n{}\n", step.command);
    }
    // A transcript may wait for something, and not for ever.
    let mut command = Command::new("timeout");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ROUTIX_") {
            command.env_remove(name);
        }
    }
    let programs = folder.join("programs");
    fs::create_dir(&programs).unwrap();
    symlink(env!("CARGO_BIN_EXE_routix"), programs.join("routix")).unwrap();
    command.env_remove("SUDO_USER").env("USER", "ann").current_dir(folder).stdin(Stdio::null());
    // The program comes before whatever else has its name.
    let output =
        command.args(["600", "bash", "-c", &format!("PATH={}:$PATH\n{script}", programs.display())]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split(&format!("{MARK}\n")).skip(1).map(|part| part.lines().map(str::to_owned).collect()).collect()
}

/// What is the same each time: a word with an id, a time, a digest or a signature in it becomes a sign for one.
fn lasting(line: &str) -> String {
    let word = |word: &str| {
        let long = word.chars().count() >= 40;
        let counted = word.len() >= 8 && word.contains(|c: char| c.is_ascii_digit());
        let last4 = word.starts_with('…') && word.chars().count() == 5;
        if long || counted || last4 { "#".to_owned() } else { word.to_owned() }
    };
    line.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// Whether lines are as they were written down; `…` stands for any lines that were left out.
fn agrees(written: &[String], printed: &[String]) -> bool {
    match written {
        [] => printed.is_empty(),
        [first, rest @ ..] if first == "…" => (0..=printed.len()).any(|from| agrees(rest, &printed[from..])),
        [first, rest @ ..] => {
            printed.split_first().is_some_and(|(line, more)| lasting(first) == lasting(line) && agrees(rest, more))
        }
    }
}

/// The transcript in a README, in a folder with the data that it speaks of.
fn goes_as_it_is_written(folder: &Path, readme: &str) {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join(readme);
    let steps = steps(&fs::read_to_string(readme).unwrap());
    assert!(steps.len() > 8, "the transcript was not found");
    let ran = run(folder, &steps);
    for (step, printed) in steps.iter().zip(&ran) {
        let Step { command, printed: written } = step;
        assert!(agrees(written, printed), "{command}\nwritten: {written:#?}\nprinted: {printed:#?}");
    }
    assert_eq!(ran.len(), steps.len(), "{ran:#?}");
}

#[test]
fn the_audit_in_the_readme_goes_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    Server::demo(&folder.path().join("routix-data")).stop();
    goes_as_it_is_written(folder.path(), "src/evidence/README.md");
}

#[test]
fn the_bad_day_of_an_operator_goes_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(&folder.path().join("routix-data"));
    goes_as_it_is_written(folder.path(), ".operate/README.md");
    server.stop();
}

#[test]
fn a_line_of_a_transcript_is_held_to_all_but_ids_and_times() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let written = lines("a 2026-11-22T11:18:21Z …c279 16\n…\nend");
    assert!(agrees(&written, &lines("a 2027-01-01T00:00:00Z …abcd 16\nend")));
    assert!(agrees(&written, &lines("a  2027-01-01T00:00:00Z …abcd 16\nmore\nend")));
    for printed in ["a 2027-01-01T00:00:00Z …abcd 17\nend", "a 2027-01-01T00:00:00Z …abcd 16", "a b …abcd 16\nend"]
    {
        assert!(!agrees(&written, &lines(printed)), "{printed}");
    }
}
