//! `routix security list` beside a running server.

use serde_json::{Value, json};

use super::steps::token_answer;
use crate::running::{Request, Server, facts, routix, send, until};

#[test]
fn failures_are_listed_within_seconds_in_four_forms() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let facts = facts(folder.path());
    assert_eq!(token_answer(&server, &facts["ROUTIX_CLIENT_ID"], "routix_wrong").status, 401);
    let guess = json!({"email": facts["ROUTIX_OWNER_EMAIL"], "password": "wrong password"});
    let sign_in = Request::new("POST", "/auth/v1/token?grant_type=password").json(&guess);
    assert_eq!(send(&server.host, &sign_in).status, 400);
    let list = |more: &[&str]| routix(folder.path(), &[&["security", "list"], more].concat());
    let print = |format| list(&["--format", format]).done();
    let rows = until("both failures are listed", || {
        let rows: Vec<Value> = serde_json::from_str(&print("json")).unwrap();
        (rows.len() == 2).then_some(rows)
    });
    let kinds: Vec<&str> = rows.iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["client_authentication_failed", "sign_in_failed"]);
    assert_eq!((&rows[0]["client_id"], &rows[0]["address"]), (&json!(facts["ROUTIX_CLIENT_ID"]), &json!("127.0.0.1")));
    assert_eq!((&rows[1]["detail"], &rows[1]["count"]), (&json!("wrong_password"), &json!(1)));
    assert_eq!(print("jsonl").lines().count(), 2);
    assert_eq!(print("csv").split_terminator("\r\n").count(), 3);
    assert!(print("table").contains("sign_in_failed"));
    assert_eq!(list(&["--kind", "sign_in_failed", "--format", "jsonl"]).done().lines().count(), 1);
    assert_eq!(list(&["--since", "2200-01-01T00:00:00Z", "--format", "jsonl"]).done(), "");
    let newest = list(&["--limit", "1", "--format", "jsonl"]);
    assert!(newest.stderr.contains("only the newest 1"), "{newest:?}");
    assert!(newest.done().contains("sign_in_failed"));
    for text in [print("csv"), print("json")] {
        assert!(!text.contains("routix_wrong") && !text.contains('@') && !text.contains("wrong password"), "{text}");
    }
}
