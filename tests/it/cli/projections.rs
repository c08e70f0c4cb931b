//! `routix projections` beside a running server.

use rusqlite::Connection;
use serde_json::Value;

use super::steps::{app_token, list};
use crate::running::{Server, facts, routix};

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
