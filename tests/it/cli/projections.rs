//! `routix projections` beside a running server.

use rusqlite::Connection;
use serde_json::Value;

use super::steps::{app_token, list};
use crate::running::{Server, facts, routix, until};

const NAMES: [&str; 5] = ["token_validation", "branches", "members", "app_list", "app_history"];

#[test]
fn every_projection_is_live_without_lag_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::demo(folder.path());
    let status = routix(folder.path(), &["projections", "status", "--format", "json"]).done();
    let rows: Vec<Value> = serde_json::from_str(&status).unwrap();
    for name in NAMES {
        let row = rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{name} in {status}"));
        assert_eq!((&row["state"], &row["lag_events"]), (&Value::from("live"), &Value::from(0)), "{row}");
        assert_eq!((&row["lag_seconds"], &row["last_error"]), (&Value::from(0), &Value::Null), "{row}");
        assert!(row["position"].as_u64().unwrap() > 0 && row["version"].as_u64().unwrap() > 0, "{row}");
    }
}

#[test]
fn rebuilding_everything_beside_a_server_changes_nothing_that_it_answers() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let facts = facts(folder.path());
    let token = app_token(&server, &facts["ROUTIX_CLIENT_ID"], &facts["ROUTIX_CLIENT_SECRET"]);
    let apps = || routix(folder.path(), &["app", "list", "--format", "json"]).done();
    let before = apps();
    let rebuilt = routix(folder.path(), &["projections", "rebuild", "--all"]);
    assert_eq!((rebuilt.code, rebuilt.stdout.as_str()), (Some(0), ""), "{rebuilt:?}");
    for name in NAMES {
        assert!(rebuilt.stderr.contains(name), "{name} in {rebuilt:?}");
    }
    assert_eq!(list(&server, &token, "RS2RDH3B", "accounts").status, 200);
    assert_eq!(apps(), before);
    let verified = routix(folder.path(), &["projections", "verify"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    // The server's own runner goes on with the new tables.
    let rotated = routix(folder.path(), &["app", "rotate", &facts["ROUTIX_APP_ID"]]).done();
    app_token(&server, &facts["ROUTIX_CLIENT_ID"], rotated.trim());
}

#[test]
fn verify_names_the_table_the_key_and_the_column_of_a_row_that_was_changed_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::demo(folder.path());
    let app = &facts(folder.path())["ROUTIX_APP_ID"];
    let read = Connection::open(folder.path().join("read.db")).unwrap();
    let table: String = read
        .query_row(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'app\\_list%' ESCAPE '\\'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let changed = read.execute(&["UPDATE ", &table, " SET name = 'Changed' WHERE app_id = ?1"].concat(), [app]);
    assert_eq!(changed, Ok(1), "{table}");
    let verified = routix(folder.path(), &["projections", "verify"]);
    assert_eq!(verified.code, Some(1), "{verified:?}");
    let named = verified.stderr.lines().find(|line| line.contains("differs")).unwrap();
    for part in ["app_list", app.as_str(), "column name", "Changed", "My ERP Sync"] {
        assert!(named.contains(part), "{part} in {named}");
    }
    assert_eq!(verified.stderr.lines().filter(|line| line.contains("differs")).count(), 1, "{verified:?}");
    routix(folder.path(), &["projections", "rebuild", "app_list"]).done();
    assert_eq!(routix(folder.path(), &["projections", "verify", "app_list"]).code, Some(0));
}

#[test]
fn an_unknown_projection_is_refused_with_the_names_there_are() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["migrate"]).done();
    let refusal = routix(folder.path(), &["projections", "rebuild", "app_lists"]).refusal();
    assert!(refusal.contains("app_lists") && NAMES.iter().all(|name| refusal.contains(name)), "{refusal}");
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::demo(folder.path());
    let numbers = || -> Vec<i64> {
        let read = Connection::open(folder.path().join("read.db")).unwrap();
        let mut generations = read.prepare("SELECT generation FROM projections ORDER BY name").unwrap();
        generations.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let before = numbers();
    let asked = ["projections", "rebuild", "--all", "--dry-run", "--format", "json"];
    let rows: Vec<Value> = serde_json::from_str(&routix(folder.path(), &asked).done()).unwrap();
    for name in NAMES {
        let row = rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{name} in {rows:?}"));
        let number = |column: &str| row[column].as_u64().unwrap_or_else(|| panic!("{column} of {row}"));
        assert!(number("live_rows") > 0 && number("live_bytes") > number("live_rows"), "{row}");
        assert_eq!(number("needed_bytes"), 2 * number("live_bytes"), "{row}");
        assert!(number("free_bytes") > number("needed_bytes"), "{row}");
        assert!(number("from_position") == 0 && number("to_position") > 0, "{row}");
    }
    for (act, says) in [
        (
            "pause",
            "members: would stand still until it is resumed, and the server would not be ready; nothing was done",
        ),
        ("resume", "members: was not paused"),
        ("retry", "members: was not stopped"),
    ] {
        let ran = routix(folder.path(), &["projections", act, "members", "--dry-run"]);
        assert_eq!((ran.code, ran.stderr.trim()), (Some(0), says), "{ran:?}");
    }
    assert_eq!(numbers(), before);
    let status = routix(folder.path(), &["projections", "status", "--format", "jsonl"]).done();
    assert!(status.lines().all(|line| line.contains(r#""state":"live""#)), "{status}");
}

#[test]
fn an_event_is_skipped_with_a_reason_and_not_lightly_where_it_may_be_a_revocation() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let log = Connection::open(folder.path().join("events.db")).unwrap();
    let unknown =
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
        recorded_at) VALUES ('app', '00000000-0000-0000-0000-000000000001', 1, 'app.exploded', '1', '{}', '{}', 0)";
    assert_eq!(log.execute(unknown, []).unwrap(), 1);
    let offender = log.last_insert_rowid();
    let status = |name: &str| -> Value {
        let status = routix(folder.path(), &["projections", "status", "--format", "json"]).done();
        let rows: Vec<Value> = serde_json::from_str(&status).unwrap();
        rows.into_iter().find(|row| row["name"] == name).unwrap()
    };
    for name in ["token_validation", "app_list", "app_history"] {
        until("the stop", || (status(name)["state"] == "stopped").then_some(()));
    }
    let skip = |name, rest: &[&str]| {
        let asked = ["projections", "retry", name, "--skip", "--reason", "Written by hand"];
        routix(folder.path(), &[&asked, rest].concat())
    };
    let without = routix(folder.path(), &["projections", "retry", "app_list", "--skip"]);
    assert!(without.code == Some(2) && without.stderr.contains("--reason"), "{without:?}");
    let refused = skip("token_validation", &[]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    for part in ["--yes", "revocation", "app.exploded", &format!("position {offender}")] {
        assert!(refused.stderr.contains(part), "{part} in {refused:?}");
    }
    let dry = skip("app_list", &["--dry-run"]);
    assert!(dry.code == Some(0) && dry.stderr.contains("nothing was done"), "{dry:?}");
    assert_eq!(status("app_list")["state"], "stopped");
    for (name, rest) in [("app_list", &[] as &[&str]), ("app_history", &[]), ("token_validation", &["--yes"])] {
        let done = skip(name, rest);
        assert!(done.code == Some(0) && done.stderr.contains("every later rebuild"), "{done:?}");
        until("the projection", || (status(name)["state"] == "live").then_some(()));
        let told = &status(name)["skipped"][0];
        assert_eq!((&told["position"], &told["reason"]), (&offender.into(), &"Written by hand".into()), "{told}");
        assert_eq!(told["actor"]["kind"], "command_line", "{told}");
    }
    assert!(skip("app_list", &[]).refusal().contains("there is nothing to skip"));
    let table = routix(folder.path(), &["projections", "status"]).done();
    assert!(table.contains(&format!("{offender} by command_line")), "{table}");
    assert_eq!(routix(folder.path(), &["projections", "verify"]).code, Some(0));
    routix(folder.path(), &["projections", "rebuild", "--all"]).done();
    let facts = facts(folder.path());
    app_token(&server, &facts["ROUTIX_CLIENT_ID"], &facts["ROUTIX_CLIENT_SECRET"]);
}
