//! Help, wrong usage, and ids that nobody has.

use std::process::{Command, Stdio};

use crate::running::{command, routix};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

pub(super) const COMMANDS: [&[&str]; 50] = [
    &["demo"],
    &["serve"],
    &["migrate"],
    &["config", "show"],
    &["doctor"],
    &["backup"],
    &["openapi"],
    &["completions"],
    &["man"],
    &["organization", "create"],
    &["organization", "list"],
    &["branch", "open"],
    &["branch", "rename"],
    &["branch", "close"],
    &["branch", "list"],
    &["user", "create"],
    &["user", "list"],
    &["user", "forget"],
    &["user", "password"],
    &["user", "enable"],
    &["user", "disable"],
    &["member", "add"],
    &["member", "change"],
    &["member", "remove"],
    &["member", "list"],
    &["app", "list"],
    &["app", "show"],
    &["app", "rotate"],
    &["app", "end-overlap"],
    &["app", "revoke"],
    &["app", "leaked"],
    &["app", "reactivate"],
    &["history", "app"],
    &["keys", "list"],
    &["keys", "rotate"],
    &["keys", "retire"],
    &["events", "list"],
    &["events", "export"],
    &["events", "import"],
    &["events", "verify"],
    &["events", "prove"],
    &["events", "schema"],
    &["projections", "status"],
    &["projections", "rebuild"],
    &["projections", "verify"],
    &["projections", "pause"],
    &["projections", "resume"],
    &["projections", "retry"],
    &["security", "list"],
    &[],
];

#[test]
fn every_command_has_help_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    for words in COMMANDS {
        let ran = routix(folder.path(), &[words, &["--help"]].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{words:?}");
        assert!(ran.stdout.contains("Example"), "{words:?}: {}", ran.stdout);
        assert!(ran.stdout.contains(&["routix", &words.join(" ")].join(" ")), "{words:?}: {}", ran.stdout);
        assert!(ran.stdout.contains("--data-dir"), "{words:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "help makes nothing");
}

#[test]
fn the_list_of_commands_above_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let listed = |words: &[&str]| -> Vec<String> {
        let help = routix(folder.path(), &[words, &["--help"]].concat()).stdout;
        let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
    };
    let mut found = Vec::new();
    for word in listed(&[]) {
        let below = listed(&[&word]);
        found.extend(below.iter().map(|second| format!("{word} {second}")));
        if below.is_empty() {
            found.push(word);
        }
    }
    for words in &found {
        assert!(COMMANDS.iter().any(|command| command.join(" ") == *words), "{words} is not tested");
    }
    assert_eq!(found.len(), COMMANDS.len() - 1);
}

#[test]
fn wrong_usage_exits_with_2_and_prints_no_data() {
    let folder = tempfile::tempdir().unwrap();
    for words in [
        &["frobnicate"][..],
        &[],
        &["demo", "--frobnicate"],
        &["demo", "--listen", "nowhere"],
        &["app", "show"],
        &["app", "show", "not-an-id"],
        &["app", "rotate", NOBODY, "--overlap-seconds", "-1"],
        &["app", "list", "--format", "xml"],
        &["app", "leaked", "routix_188adcbb57a1f32ad723410b2949645065c8ed11"],
        &["app", "leaked", "--rotate"],
        &["app", "leaked", "--rotate", "--revoke", "--yes"],
        &["app", "leaked", "--cut-off", "--yes"],
        &["branch", "open", "--organization", NOBODY],
        &["branch", "open", "--organization", NOBODY, "--name", "x", "--public-id", "short"],
        &["branch", "close", "--organization", NOBODY, "--branch", NOBODY],
        &["member", "add", "--organization", NOBODY, "--user", "x", "--role", "emperor"],
        &["history", "app"],
        &["history", "app", "not-an-id"],
        &["history", "app", NOBODY, "--at", "yesterday"],
        &["history", "app", NOBODY, "--at", "12"],
        &["history", "app", NOBODY, "--at", "2026-03-01T12:00:00"],
        &["history", "app", NOBODY, "--sequence", "2026-03-01"],
        &["history", "app", NOBODY, "--diff", "1"],
        &["history", "app", NOBODY, "--diff", "1..soon"],
        &["history", "app", NOBODY, "--at", "2026-03-01", "--sequence", "1"],
        &["history", "app", NOBODY, "--sequence", "1", "--diff", "1..2"],
        &["projections", "rebuild"],
        &["projections", "rebuild", "app_list", "--all"],
        &["events", "list", "--from", "yesterday"],
        &["events", "list", "--limit", "-1"],
        &["events", "export"],
        &["events", "export", "--out", "x", "--type", "app."],
        &["events", "export", "--out", "x", "--bom"],
        &["events", "verify", "--key", "not-a-key"],
        &["events", "prove"],
        &["events", "prove", "first"],
        &["security", "list", "--kind", "boredom"],
        &["security", "list", "--since", "yesterday"],
        &["security", "list", "--limit", "0"],
        &["openapi", "json"],
        &["completions", "cobol"],
        &["config"],
        &["config", "show", "--format", "xml"],
        &["backup"],
        &["man"],
    ] {
        let ran = routix(folder.path(), words);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{words:?}: {ran:?}");
        assert_ne!(ran.stderr, "", "{words:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "wrong usage makes nothing");
}

#[test]
fn an_id_that_nobody_has_exits_with_1_and_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["migrate"]).done();
    let create = ["user", "create", "--email", "ann@example.com", "--name", "Ann"];
    routix(folder.path(), &create).done();
    let organization =
        routix(folder.path(), &["organization", "create", "--name", "Vos", "--owner", "ann@example.com"]).done();
    let known = organization.trim();
    for words in [
        &["app", "show", NOBODY][..],
        &["app", "rotate", NOBODY],
        &["app", "revoke", NOBODY],
        &["app", "reactivate", NOBODY],
        &["app", "list", "--organization", NOBODY],
        &["branch", "list", "--organization", NOBODY],
        &["branch", "open", "--organization", NOBODY, "--name", "x"],
        &["branch", "rename", "--organization", known, "--branch", NOBODY, "--name", "x"],
        &["branch", "close", "--organization", known, "--branch", NOBODY, "--yes"],
        &["member", "list", "--organization", NOBODY],
        &["member", "add", "--organization", known, "--user", NOBODY, "--role", "admin"],
        &["member", "add", "--organization", NOBODY, "--user", "ann@example.com", "--role", "admin"],
        &["member", "change", "--organization", NOBODY, "--user", "ann@example.com", "--role", "admin"],
        &["member", "change", "--organization", known, "--user", "bob@example.com", "--role", "admin"],
        &["member", "remove", "--organization", known, "--user", NOBODY],
        &["member", "remove", "--organization", known, "--user", "ann@example.com"],
        &["organization", "create", "--name", "x", "--owner", "bob@example.com"],
        &["organization", "create", "--name", " ", "--owner", "ann@example.com"],
        &["user", "create", "--email", "ann@example.com", "--name", "Ann"],
        &["user", "disable", "bob@example.com"],
        &["user", "enable", "bob@example.com"],
        &["user", "password", "bob@example.com"],
        &["user", "forget", "bob@example.com", "--yes"],
        &["user", "forget", NOBODY, "--yes"],
        &["user", "forget", "ann@example.com", "--yes"],
        &["keys", "retire", "no-such-key"],
        &["history", "app", NOBODY],
        &["history", "app", NOBODY, "--at", "2026-03-01"],
    ] {
        routix(folder.path(), words).refusal();
    }
}

#[test]
fn a_member_who_is_limited_to_a_branch_that_is_not_there_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["migrate"]).done();
    for email in ["ann@example.com", "bob@example.com"] {
        routix(folder.path(), &["user", "create", "--email", email, "--name", "x"]).done();
    }
    let create = ["organization", "create", "--name", "Vos", "--owner", "ann@example.com"];
    let organization = routix(folder.path(), &create).done();
    let add = ["member", "add", "--organization", organization.trim(), "--user", "bob@example.com", "--role", "admin"];
    routix(folder.path(), &[&add[..], &["--branch", NOBODY]].concat()).refusal();
}

#[test]
fn a_change_of_a_member_that_changes_nothing_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let ran = routix(folder.path(), &["member", "change", "--organization", NOBODY, "--user", "ann@example.com"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

#[test]
fn a_reader_that_goes_away_early_is_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["migrate"]).done();
    for words in [&["completions", "bash"][..], &["app", "list"], &["keys", "rotate"]] {
        let mut command = command(folder.path(), words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!stderr.contains("panicked"), "{words:?}: {stderr}");
        assert_eq!(output.status.code(), Some(0), "{words:?}: {stderr}");
    }
}

#[test]
fn bash_takes_its_completions() {
    let folder = tempfile::tempdir().unwrap();
    let script = routix(folder.path(), &["completions", "bash"]).done();
    let file = folder.path().join("completions");
    std::fs::write(&file, script).unwrap();
    assert!(Command::new("bash").arg("-n").arg(&file).status().unwrap().success());
}

#[test]
fn a_mistyped_folder_is_not_made_and_found_empty() {
    let folder = tempfile::tempdir().unwrap();
    let mistyped = folder.path().join("routix-dta");
    for words in
        [&["app", "list"][..], &["user", "list"], &["keys", "list"], &["projections", "status"], &["events", "list"]]
    {
        let refusal = routix(&mistyped, words).refusal();
        assert!(refusal.contains("routix-dta") && refusal.contains("routix keys rotate"), "{refusal}");
    }
    assert!(!mistyped.exists());
    routix(&mistyped, &["migrate"]).done();
    assert_eq!(routix(&mistyped, &["app", "list", "--format", "jsonl"]).done(), "");
}
