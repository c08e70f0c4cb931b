//! One command runs all tests: the README shows it, and the check of every change calls it, so that neither can be less.

use crate::tree::{Finding, assert_everywhere, lines_found};

const COMMAND: &str = "tests/run";
const FIRST_SCREEN: usize = 25;

/// The README shows the command on its first screen, the check ends with it as it is, and both know no other one.
fn other_test_commands(path: &str, text: &str) -> Vec<Finding> {
    let lines: Vec<&str> = text.lines().collect();
    let is_command = |line: &&str| line.split(" #").next().map(str::trim) == Some(COMMAND);
    let is_there = match path {
        "README.md" => lines.iter().take(FIRST_SCREEN).any(is_command),
        ".ci/run" => lines.last().is_some_and(|line| *line == COMMAND),
        _ => return Vec::new(),
    };
    let mut findings = Vec::new();
    if !is_there {
        findings.push(Finding::new(1, format!("{COMMAND} is the command for all tests")));
    }
    let others = (1..).zip(&lines).filter(|(_, line)| line.trim_start().starts_with("cargo test"));
    findings.extend(others.map(|(number, _)| Finding::new(number, format!("{COMMAND} calls it, with what it needs"))));
    findings
}

#[test]
fn readme_and_check_have_one_test_command() {
    assert_everywhere(other_test_commands);
}

#[test]
fn the_check_of_the_test_command_fails_on_another_one() {
    let readme = |shown: &str| format!("# routix\n\n```sh\n{shown}\n```\n");
    let found = |path: &str, text: &str| lines_found(&other_test_commands(path, text));
    assert_eq!(found("README.md", &readme("tests/run    # runs all tests")), [0; 0]);
    assert_eq!(found("README.md", &readme("cargo test")), [1, 4]);
    assert_eq!(found("README.md", &format!("{}tests/run", "\n".repeat(FIRST_SCREEN))), [1], "not on the first screen");
    assert_eq!(found(".ci/run", "cargo fmt\ntests/run\n"), [0; 0]);
    assert_eq!(found(".ci/run", "cargo fmt\ntests/run --test it\n"), [1]);
    assert_eq!(found(".ci/run", "cargo test --lib\ntests/run\n"), [1]);
    assert_eq!(found(".ci/run", "tests/run\ncargo fmt\n"), [1]);
    assert_eq!(found("tests/run", "cargo test\n"), [0; 0]);
}
