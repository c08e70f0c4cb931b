//! `routix events` as an auditor and an operator meet it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;
use serde_json::Value;

use crate::running::{Ran, command, facts, routix};

/// A folder with keys, an organization and its owner.
fn small(folder: &Path) {
    routix(folder, &["keys", "rotate"]).done();
    routix(folder, &["user", "create", "--email", "ann@example.com", "--name", "Ann"]).done();
    routix(folder, &["organization", "create", "--name", "Vos", "--owner", "ann@example.com"]).done();
}

fn public_key(folder: &Path) -> String {
    let keys = routix(folder, &["keys", "list", "--format", "json"]).done();
    let keys: Vec<Value> = serde_json::from_str(&keys).unwrap();
    keys.iter().find_map(|key| key["public_key"].as_str()).unwrap().to_owned()
}

/// What `verify` says, by field.
fn verdict(ran: &Ran) -> impl Fn(&str) -> Value {
    let rows: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    move |name| rows.iter().find(|row| row["field"] == name).map_or(Value::Null, |row| row["value"].clone())
}

#[test]
fn the_log_of_a_demo_is_listed_exported_and_verified_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let (data, elsewhere) = (folder.path().join("data"), folder.path().join("elsewhere"));
    let server = crate::running::Server::demo(&data);
    let app = facts(&data)["ROUTIX_APP_ID"].clone();
    let list = |more: &[&str]| routix(&data, &[&["events", "list"], more].concat()).done();
    let all = list(&["--format", "jsonl"]);
    let rows: Vec<Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(list(&[]).lines().count(), rows.len() + 1, "one line an event, and the head");
    assert_eq!(serde_json::from_str::<Vec<Value>>(&list(&["--format", "json"])).unwrap(), rows);
    assert_eq!(list(&["--format", "csv"]).matches("\r\n").count(), rows.len() + 1);
    let of_app = list(&["--app", &app, "--format", "jsonl"]);
    assert!(of_app.lines().count() >= 1 && of_app.lines().all(|line| line.contains(&app)));
    assert_eq!(list(&["--limit", "2", "--after", "1", "--format", "jsonl"]), {
        let lines: Vec<&str> = all.lines().skip(1).take(2).collect();
        lines.join("\n") + "\n"
    });
    assert_eq!(list(&["--type", "no.such", "--format", "json"]), "[]\n");

    let file = folder.path().join("events.jsonl");
    let name = file.to_str().unwrap();
    let ran = routix(&data, &["events", "export", "--out", name]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert!(ran.stderr.contains("keep this elsewhere") && ran.stderr.contains("\n\u{2014} routix-"), "{}", ran.stderr);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(routix(&data, &["events", "export", "--out", "-"]).done(), std::fs::read_to_string(&file).unwrap());
    server.stop();

    // Without database, keys and folder.
    let verify = |more: &[&str]| routix(&elsewhere, &[&["events", "verify", name, "--format", "json"], more].concat());
    let key = public_key(&data);
    let ran = verify(&["--key", &key]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(verdict(&ran)("events"), rows.len());
    assert!(!ran.stderr.contains("Nobody vouches"), "{}", ran.stderr);
    let ran = verify(&[]);
    assert!(ran.code == Some(0) && ran.stderr.contains(&key) && ran.stderr.contains("Nobody vouches"), "{ran:?}");
    assert!(!elsewhere.exists(), "verify makes nothing");

    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("\"sequence\":1,", "\"sequence\":2,", 1)).unwrap();
    let ran = verify(&["--key", &key]);
    let said = verdict(&ran);
    assert_eq!((ran.code, said("result"), said("first_position")), (Some(1), "wrong".into(), 1.into()), "{ran:?}");
    assert!(said("finding").as_str().unwrap().contains("position 1") && said("meaning").is_string());
}

#[test]
fn the_live_log_is_verified_and_a_change_is_told_by_position() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    let verify = || routix(folder.path(), &["events", "verify", "--format", "json"]);
    // Nothing is sealed yet, and that is said.
    let ran = verify();
    assert_eq!((ran.code, verdict(&ran)("not_yet_sealed")), (Some(0), verdict(&ran)("events")));
    let exported = routix(folder.path(), &["events", "export", "--out", "-"]).done();
    let ran = verify();
    assert_eq!((ran.code, verdict(&ran)("not_yet_sealed")), (Some(0), 0.into()));
    assert!(exported.contains(verdict(&ran)("origin").as_str().unwrap()));
    let log = Connection::open(folder.path().join("events.db")).unwrap();
    log.execute_batch("DROP TRIGGER events_no_update; UPDATE events SET payload = '{}' WHERE position = 2").unwrap();
    let ran = verify();
    let said = verdict(&ran);
    assert_eq!((ran.code, said("first_position"), said("last_position")), (Some(1), 2.into(), 2.into()), "{ran:?}");
    assert!(routix(folder.path(), &["events", "verify"]).stdout.contains("position 2"));
}

#[test]
fn without_a_checkpoint_key_there_is_one_sentence_and_no_file() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["migrate"]).done();
    let file = folder.path().join("events.jsonl");
    let refusal = routix(folder.path(), &["events", "export", "--out", file.to_str().unwrap()]).refusal();
    assert!(refusal.contains("routix keys rotate"), "{refusal}");
    assert!(routix(folder.path(), &["events", "verify"]).refusal().contains("keys list"));
    assert!(routix(folder.path(), &["events", "prove", "1"]).refusal().contains("no event 1"));
    let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = left.filter(|name| name.contains("jsonl")).collect();
    assert_eq!(left, [""; 0], "not even a part");
}

#[test]
fn proofs_are_made_and_checked_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    let export = routix(folder.path(), &["events", "export", "--out", "-"]);
    let older = export.stderr.split_once("elsewhere:\n").unwrap().1;
    let kept = folder.path().join("kept.txt");
    std::fs::write(&kept, older).unwrap();
    routix(folder.path(), &["keys", "rotate"]).done();
    routix(folder.path(), &["events", "export", "--out", "-"]).done();
    let kept = kept.to_str().unwrap();
    let id: Value = serde_json::from_str(
        routix(folder.path(), &["events", "list", "--format", "jsonl"]).done().lines().nth(1).unwrap(),
    )
    .unwrap();
    for (words, proven) in [
        (["prove", "2"].as_slice(), "the event is in the log"),
        (&["prove", id["id"].as_str().unwrap()], "the event is in the log"),
        (&["prove", "--from-checkpoint", kept], "the log of the older checkpoint"),
    ] {
        let proof = routix(folder.path(), &[&["events"], words].concat()).done();
        assert_eq!(proof.lines().count(), 1);
        let file = folder.path().join("proof.json");
        std::fs::write(&file, &proof).unwrap();
        let verify = ["events", "verify", file.to_str().unwrap(), "--key", &public_key(folder.path())];
        let ran = routix(&folder.path().join("elsewhere"), &[&verify[..], &["--format", "json"]].concat());
        assert!(verdict(&ran)("proven").as_str().unwrap().starts_with(proven), "{ran:?}");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        std::fs::write(&file, proof.replacen("\"proof\":[\"", "\"proof\":[\"f", 1).replacen("\"proof\":[]", "", 1))
            .unwrap();
        assert_eq!(routix(folder.path(), &verify).code, Some(1));
    }
    // A cut-off tail is found with what was kept.
    let log = Connection::open(folder.path().join("events.db")).unwrap();
    log.execute_batch(
        "DROP TRIGGER events_no_delete; DROP TRIGGER event_hashes_no_delete; DROP TRIGGER checkpoints_no_delete;
         DELETE FROM events; DELETE FROM event_hashes; DELETE FROM checkpoints",
    )
    .unwrap();
    assert_eq!(routix(folder.path(), &["events", "verify"]).code, Some(0), "an empty log, by what is there");
    assert_eq!(routix(folder.path(), &["events", "verify", "--checkpoint", kept]).code, Some(1));
}

#[test]
fn nothing_that_somebody_named_moves_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    let planted = "x\u{1b}[2J\r\nPOSITION\u{202e}\u{9b}1m";
    let log = Connection::open(folder.path().join("events.db")).unwrap();
    let metadata = serde_json::json!({"actor_kind": "command_line", "actor_id": planted, "request_id": planted});
    log.execute_batch("DROP TRIGGER events_no_update").unwrap();
    log.execute(
        "UPDATE events SET metadata = ?1, event_type = ?2, aggregate_id = ?2 WHERE position = 1",
        (metadata.to_string(), planted),
    )
    .unwrap();
    let text = routix(folder.path(), &["events", "list"]).done();
    assert!(text.contains("x\\u{1b}[2J\\r\\nPOSITION\\u{202e}\\u{9b}1m"), "{text}");
    let rows = text.lines().count();
    assert!(!text.contains(['\u{1b}', '\r', '\u{202e}', '\u{9b}']), "{text:?}");
    let listed = routix(folder.path(), &["events", "list", "--format", "jsonl"]).done().lines().count();
    assert_eq!(rows, listed + 1);
    let ran = routix(folder.path(), &["user", "create", "--email", "bo\u{202e}@example.com", "--name", "Bo"]);
    let users = routix(folder.path(), &["user", "list"]).done();
    assert!(!users.contains(['\u{1b}', '\u{202e}']) && !ran.stderr.contains('\u{202e}'), "{users} {ran:?}");
}

#[test]
fn a_reader_of_a_list_or_an_export_may_go_away() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    for words in [&["events", "list"][..], &["events", "export", "--out", "-"]] {
        let mut command = command(folder.path(), words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
