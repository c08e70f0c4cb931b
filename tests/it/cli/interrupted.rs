//! A first start that is killed on its way: the next one makes it good.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::steps::{app_token, list, register, token_answer, user_token};
use crate::running::{Request, Server, command, facts, routix, send, until};

const RESOURCES: [&str; 7] = ["accounts", "orders", "vehicles", "staff", "equipment", "planning", "invoices"];

/// How many rows the demo app sees, by branch and resource.
fn totals(server: &Server, data: &Path) -> Vec<String> {
    let facts = facts(data);
    let token = app_token(server, &facts["ROUTIX_CLIENT_ID"], &facts["ROUTIX_CLIENT_SECRET"]);
    let branches = [&facts["ROUTIX_BRANCH"], &facts["ROUTIX_OTHER_BRANCH"]];
    let total = |branch, resource| list(server, &token, branch, resource).at("/pagination/total");
    branches.into_iter().flat_map(|branch| RESOURCES.map(|resource| total(branch, resource))).collect()
}

fn has_key(data: &Path, purpose: &str) -> bool {
    let names = fs::read_dir(data.join("keys")).into_iter().flatten().filter_map(Result::ok);
    names.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(purpose))
}

fn size(data: &Path, name: &str) -> u64 {
    fs::metadata(data.join(name)).map_or(0, |file| file.len())
}

/// What it is called, and whether it has come in a data directory.
type Moment = (&'static str, fn(&Path) -> bool);

/// Moments of a first start, in the order in which they come.
const MOMENTS: [Moment; 9] = [
    ("the lock is there", |data| data.join("lock").exists()),
    ("the log is there", |data| data.join("events.db").exists()),
    ("the read models are there", |data| data.join("read.db").exists()),
    ("the first key is being written", |data| has_key(data, "refresh")),
    ("the second key is there", |data| has_key(data, "signing")),
    ("people are there", |data| size(data, "identity.db-wal") > 60_000),
    ("records are being loaded", |data| size(data, "tms.db-wal") > 100_000),
    ("more records are being loaded", |data| size(data, "tms.db-wal") > 2_000_000),
    ("demo.env is being written", |data| data.join("demo.env.new").exists() || data.join("demo.env").exists()),
];

#[test]
fn a_first_start_that_is_killed_at_any_moment_is_made_good_by_the_next() {
    let untouched = tempfile::tempdir().unwrap();
    let server = Server::demo(untouched.path());
    let expected = totals(&server, untouched.path());
    drop(server);
    for (moment, has_come) in MOMENTS {
        let folder = tempfile::tempdir().unwrap();
        let killed = Server::spawn(command(folder.path(), &["demo", "--listen", "127.0.0.1:0"]));
        until(moment, || has_come(folder.path()).then_some(()));
        killed.kill();
        let server = Server::demo(folder.path());
        assert_eq!(totals(&server, folder.path()), expected, "killed when {moment}");
        let verified = routix(folder.path(), &["projections", "verify"]);
        assert_eq!(verified.code, Some(0), "killed when {moment}: {verified:?}");
        assert_eq!(routix(folder.path(), &["app", "list", "--format", "jsonl"]).done().lines().count(), 2, "{moment}");
    }
}

#[test]
fn a_start_that_was_killed_between_its_two_keys_is_made_good() {
    let folder = tempfile::tempdir().unwrap();
    Server::demo(folder.path()).stop();
    fs::remove_file(folder.path().join("demo.env")).unwrap();
    for entry in fs::read_dir(folder.path().join("keys")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("signing") {
            fs::remove_file(path).unwrap();
        }
    }
    let server = Server::demo(folder.path());
    assert!(has_key(folder.path(), "signing"));
    assert_eq!(totals(&server, folder.path()).len(), 14);
}

#[test]
fn a_demo_env_without_its_databases_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    Server::demo(folder.path()).stop();
    let before = facts(folder.path());
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().contains(".db") {
            fs::remove_file(path).unwrap();
        }
    }
    let server = Server::demo(folder.path());
    assert_eq!(totals(&server, folder.path()).len(), 14);
    assert_ne!(facts(folder.path())["ROUTIX_CLIENT_SECRET"], before["ROUTIX_CLIENT_SECRET"]);
}

#[test]
fn what_was_answered_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let facts = facts(folder.path());
    let user = user_token(&server, &facts["ROUTIX_OWNER_EMAIL"], &facts["ROUTIX_OWNER_PASSWORD"]);
    let app = register(&server, &user, "Kept");
    let (client, old) = (app.at("/app/client_id"), app.at("/app/client_secret"));
    let token = app_token(&server, &client, &old);
    let create = Request::new("POST", "/functions/v1/api/v1/RS2RDH3B/accounts").bearer(&token);
    let made = send(&server.host, &create.json(&json!({"company_name": "Kept B.V."})));
    let rotate = Request::new("POST", "/functions/v1/rotate-oauth-secret").bearer(&user);
    let rotated = send(&server.host, &rotate.json(&json!({"oauth_app_id": app.at("/app/id")})));
    server.kill();
    let server = Server::demo(folder.path());
    app_token(&server, &client, &rotated.at("/client_secret"));
    assert_eq!(token_answer(&server, &client, &old).at("/error"), "invalid_client");
    let path = format!("/functions/v1/api/v1/RS2RDH3B/accounts/{}", made.at("/data/id"));
    let kept = send(&server.host, &Request::new("GET", &path).bearer(&token));
    assert_eq!(kept.at("/data/company_name"), "Kept B.V.");
    let me = send(&server.host, &Request::new("GET", "/auth/v1/user").bearer(&user));
    assert_eq!(me.status, 200, "the person is still signed in");
}

#[test]
fn a_rebuild_that_is_killed_can_be_started_again_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let before = routix(folder.path(), &["app", "list", "--format", "json"]).done();
    for _ in 0..5 {
        let rebuild = Server::spawn(command(folder.path(), &["projections", "rebuild", "--all"]));
        until("it is at work", || (rebuild.stderr().contains("token_validation")).then_some(()));
        rebuild.kill();
        assert_eq!(routix(folder.path(), &["app", "list", "--format", "json"]).done(), before);
    }
    routix(folder.path(), &["projections", "rebuild", "--all"]).done();
    assert_eq!(routix(folder.path(), &["app", "list", "--format", "json"]).done(), before);
    assert_eq!(routix(folder.path(), &["projections", "verify"]).code, Some(0));
    assert_eq!(totals(&server, folder.path()).len(), 14);
}
