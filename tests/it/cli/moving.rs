//! Moving a log from one store to another, and bringing databases up to date.

use std::fs;
use std::path::Path;
use std::process::Output;

use routix_test_postgres::Scratch;

use crate::running::{Server, command, facts, routix};

/// Runs one command on a PostgreSQL.
fn there(scratch: &Scratch, data: &Path, arguments: &[&str]) -> Output {
    command(data, arguments).env("ROUTIX_DATABASE_URL", scratch.url()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An export of a demo on SQLite, and the folder it came from.
fn exported(folder: &Path) -> (std::path::PathBuf, String) {
    let (data, file) = (folder.join("data"), folder.join("log.jsonl"));
    Server::demo(&data).stop();
    routix(&data, &["events", "export", "--out", file.to_str().unwrap()]).done();
    (data, file.to_str().unwrap().to_owned())
}

#[test]
fn a_log_moves_to_postgresql_and_back_with_its_positions_and_evidence() {
    let (folder, scratch) = (tempfile::tempdir().unwrap(), Scratch::new());
    let (data, file) = exported(folder.path());
    let moved = there(&scratch, &data, &["events", "import", &file]);
    assert!(moved.status.success(), "{}", text(&moved.stderr));
    let verified = there(&scratch, &data, &["events", "verify"]);
    assert!(verified.status.success() && text(&verified.stdout).contains("good"), "{}", text(&verified.stdout));
    let app = facts(&data)["ROUTIX_APP_ID"].clone();
    let shown = there(&scratch, &data, &["app", "show", &app, "--format", "json"]);
    assert_eq!(text(&shown.stdout), routix(&data, &["app", "show", &app, "--format", "json"]).done());
    let second = folder.path().join("second.jsonl").to_str().unwrap().to_owned();
    assert!(there(&scratch, &data, &["events", "export", "--out", &second]).status.success());
    assert_eq!(fs::read(&second).unwrap(), fs::read(&file).unwrap());
    // It goes on where it was, and moves back.
    assert!(there(&scratch, &data, &["app", "revoke", &app]).status.success());
    assert!(there(&scratch, &data, &["events", "export", "--out", &second]).status.success());
    let (back, keys) = (folder.path().join("back"), data.join("keys"));
    routix(&back, &["events", "import", &second]).done();
    let third = folder.path().join("third.jsonl").to_str().unwrap().to_owned();
    routix(&back, &["events", "export", "--out", &third, "--keys-dir", keys.to_str().unwrap()]).done();
    assert_eq!(fs::read(&third).unwrap(), fs::read(&second).unwrap());
}

#[test]
fn only_a_good_log_is_taken_and_only_into_an_empty_one() {
    let (folder, scratch) = (tempfile::tempdir().unwrap(), Scratch::new());
    let (data, file) = exported(folder.path());
    let refusal = |ran: Output| {
        assert_eq!(ran.status.code(), Some(1), "{}", text(&ran.stderr));
        text(&ran.stderr).lines().last().unwrap_or_default().to_owned()
    };
    let changed = folder.path().join("changed.jsonl").to_str().unwrap().to_owned();
    fs::write(&changed, fs::read_to_string(&file).unwrap().replacen("Rotterdam", "Rotterdom", 1)).unwrap();
    assert!(refusal(there(&scratch, &data, &["events", "import", &changed])).contains("position"));
    let missing = refusal(there(&scratch, &data, &["events", "import", "nowhere.jsonl"]));
    assert!(missing.contains("cannot read nowhere.jsonl"), "{missing}");
    assert!(there(&scratch, &data, &["events", "import", &file]).status.success());
    for twice in [there(&scratch, &data, &["events", "import", &file]), {
        command(&data, &["events", "import", &file]).output().unwrap()
    }] {
        assert!(refusal(twice).contains("the log is not empty"));
    }
}

#[test]
fn what_is_missing_in_a_database_is_said_and_not_done() {
    let (folder, scratch) = (tempfile::tempdir().unwrap(), Scratch::new());
    let data = folder.path().join("data");
    for run in [
        |_: &Scratch, data: &Path, arguments: &[&str]| command(data, arguments).output().unwrap(),
        |scratch: &Scratch, data: &Path, arguments: &[&str]| there(scratch, data, arguments),
    ] {
        let check = || run(&scratch, &data, &["migrate", "--check"]);
        let before = check();
        assert_eq!(before.status.code(), Some(1), "{}", text(&before.stderr));
        for life in ["events", "identity", "read", "tms"] {
            assert!(text(&before.stdout).lines().any(|line| line.starts_with(&format!("{life}/2026"))), "{life}");
        }
        assert_eq!(check().stdout, before.stdout, "looking changes nothing");
        assert!(run(&scratch, &data, &["migrate"]).status.success());
        let after = check();
        assert_eq!((after.status.code(), text(&after.stdout).as_str()), (Some(0), ""));
    }
}

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://routix:verysecret@127.0.0.1:1/routix";
    let ran = command(folder.path(), &["migrate"]).env("ROUTIX_DATABASE_URL", url).output().unwrap();
    let error = text(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{error}");
    assert!(error.contains("postgres://127.0.0.1/routix") && !error.contains("verysecret"), "{error}");
    let url = "esdb://admin:verysecret@127.0.0.1:2113";
    let ran = command(folder.path(), &["migrate"]).env("ROUTIX_EVENT_STORE_URL", url).output().unwrap();
    let error = text(&ran.stderr);
    assert!(error.contains("--features eventstore") && !error.contains("verysecret"), "{error}");
}
