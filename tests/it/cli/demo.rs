//! `routix demo`: what it leaves in its data directory, and what the next start makes of that.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::steps::{app_token, list, register, token_answer, user_token};
use crate::running::{Request, Server, command, facts, routix, send};

const NAMES: [&str; 17] = [
    "ROUTIX_URL",
    "ROUTIX_ORGANIZATION_ID",
    "ROUTIX_BRANCH",
    "ROUTIX_OTHER_BRANCH",
    "ROUTIX_OWNER_EMAIL",
    "ROUTIX_OWNER_PASSWORD",
    "ROUTIX_ADMIN_EMAIL",
    "ROUTIX_ADMIN_PASSWORD",
    "ROUTIX_VIEWER_EMAIL",
    "ROUTIX_VIEWER_PASSWORD",
    "ROUTIX_APP_ID",
    "ROUTIX_CLIENT_ID",
    "ROUTIX_CLIENT_SECRET",
    "ROUTIX_REDIRECT_URI",
    "ROUTIX_FOREIGN_BRANCH",
    "ROUTIX_FOREIGN_CLIENT_ID",
    "ROUTIX_FOREIGN_CLIENT_SECRET",
];

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn key_files(data: &Path) -> Vec<PathBuf> {
    fs::read_dir(data.join("keys")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn demo_token(server: &Server, facts: &BTreeMap<String, String>) -> String {
    app_token(server, &facts["ROUTIX_CLIENT_ID"], &facts["ROUTIX_CLIENT_SECRET"])
}

#[test]
fn demo_env_has_every_name_and_a_shell_can_source_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let facts = facts(folder.path());
    let expected = [("ROUTIX_URL", format!("http://{}", server.host)), ("ROUTIX_BRANCH", "RS2RDH3B".to_owned())];
    for (name, value) in expected {
        assert_eq!(facts[name], value);
    }
    assert_eq!(facts["ROUTIX_REDIRECT_URI"], "http://127.0.0.1:8976/callback");
    for name in NAMES {
        let script = format!(". {}/demo.env && printf %s \"${name}\"", folder.path().display());
        let output = Command::new("sh").args(["-euc", &script]).env_remove(name).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), facts[name], "{name}");
        assert_ne!(facts[name], "", "{name}");
    }
    assert_eq!(facts.len(), NAMES.len(), "{:?}", facts.keys());
}

#[test]
fn what_is_secret_is_readable_by_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let _server = Server::demo(folder.path());
    assert_eq!(mode(&folder.path().join("demo.env")), 0o600);
    assert_eq!(mode(&folder.path().join("keys")), 0o700);
    let keys = key_files(folder.path());
    assert_eq!(keys.len(), 3, "one signs tokens, one seals refresh tokens, one signs checkpoints");
    for key in keys {
        assert_eq!(mode(&key), 0o600, "{}", key.display());
    }
    for name in ["events.db", "identity.db", "read.db", "tms.db", "identity.db-wal"] {
        assert_eq!(mode(&folder.path().join(name)), 0o600, "{name}");
    }
}

#[test]
fn the_demo_has_two_organizations_and_three_roles() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let facts = facts(folder.path());
    for (who, may) in [("OWNER", 201), ("ADMIN", 201), ("VIEWER", 403)] {
        let (email, password) = (&facts[&format!("ROUTIX_{who}_EMAIL")], &facts[&format!("ROUTIX_{who}_PASSWORD")]);
        let token = user_token(&server, email, password);
        let app = json!({"name": "x", "redirect_uris": ["https://a.example/c"],
            "allowed_scopes": ["routix:accounts:read"]});
        let request = Request::new("POST", "/functions/v1/register-oauth-app").bearer(&token).json(&app);
        assert_eq!(send(&server.host, &request).status, may, "{who}");
    }
    let token = demo_token(&server, &facts);
    for resource in ["accounts", "orders", "vehicles", "staff", "equipment", "planning", "invoices"] {
        for branch in [&facts["ROUTIX_BRANCH"], &facts["ROUTIX_OTHER_BRANCH"]] {
            let answer = list(&server, &token, branch, resource);
            assert_ne!(answer.at("/pagination/total"), "0", "{resource} of {branch}");
        }
    }
    let foreign = app_token(&server, &facts["ROUTIX_FOREIGN_CLIENT_ID"], &facts["ROUTIX_FOREIGN_CLIENT_SECRET"]);
    assert_eq!(list(&server, &foreign, &facts["ROUTIX_FOREIGN_BRANCH"], "orders").status, 200);
    assert_eq!(list(&server, &foreign, &facts["ROUTIX_BRANCH"], "orders").at("/error"), "branch_not_found");
}

#[test]
fn a_second_start_finds_the_data_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::demo(folder.path());
    let before = facts(folder.path());
    let user = user_token(&first, &before["ROUTIX_OWNER_EMAIL"], &before["ROUTIX_OWNER_PASSWORD"]);
    let app = register(&first, &user, "Kept");
    let old_token = demo_token(&first, &before);
    first.stop();
    let second = Server::demo(folder.path());
    let mut after = facts(folder.path());
    assert_eq!(after["ROUTIX_URL"], format!("http://{}", second.host));
    after.insert("ROUTIX_URL".to_owned(), before["ROUTIX_URL"].clone());
    assert_eq!(after, before, "only the port is another");
    demo_token(&second, &before);
    app_token(&second, &app.at("/app/client_id"), &app.at("/app/client_secret"));
    assert_eq!(list(&second, &old_token, "RS2RDH3B", "accounts").status, 200, "a token outlives a restart");
    user_token(&second, &before["ROUTIX_OWNER_EMAIL"], &before["ROUTIX_OWNER_PASSWORD"]);
}

#[test]
fn a_demo_whose_secret_was_rotated_says_so_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::demo(folder.path());
    assert!(!first.stop().stderr.contains("rotated"));
    routix(folder.path(), &["app", "rotate", &facts(folder.path())["ROUTIX_APP_ID"]]).done();
    let stale = Server::demo(folder.path()).stop();
    assert!(stale.stderr.contains("rotated") && stale.stderr.contains("demo.env"), "{}", stale.stderr);
    fs::remove_file(folder.path().join("demo.env")).unwrap();
    let anew = Server::demo(folder.path());
    demo_token(&anew, &facts(folder.path()));
}

#[test]
fn after_a_stop_each_database_is_whole_in_its_one_file() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = Server::demo(folder.path());
    let before = facts(folder.path());
    let user = user_token(&first, &before["ROUTIX_OWNER_EMAIL"], &before["ROUTIX_OWNER_PASSWORD"]);
    let app = register(&first, &user, "Copied");
    first.stop();
    for name in ["events.db", "identity.db", "read.db", "tms.db", "demo.env"] {
        fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let status = Command::new("cp").args(["-rp"]).arg(folder.path().join("keys")).arg(copy.path()).status();
    assert!(status.unwrap().success());
    let second = Server::demo(copy.path());
    app_token(&second, &app.at("/app/client_id"), &app.at("/app/client_secret"));
    assert_eq!(list(&second, &demo_token(&second, &before), "RS2RDH3B", "accounts").at("/pagination/total"), "220");
}

#[test]
fn a_second_process_is_refused_while_the_first_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::demo(folder.path());
    let before = facts(folder.path());
    let second = routix(folder.path(), &["demo", "--listen", "127.0.0.1:0"]).refusal();
    assert!(second.contains(folder.path().to_str().unwrap()), "{second}");
    let third = routix(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--public-url", "https://a.example"]);
    third.refusal();
    assert_eq!(facts(folder.path()), before);
    demo_token(&first, &before);
}

#[test]
fn a_start_without_demo_env_makes_new_secrets_that_work() {
    let folder = tempfile::tempdir().unwrap();
    Server::demo(folder.path()).stop();
    let before = facts(folder.path());
    fs::remove_file(folder.path().join("demo.env")).unwrap();
    let server = Server::demo(folder.path());
    let after = facts(folder.path());
    for name in ["ROUTIX_ORGANIZATION_ID", "ROUTIX_APP_ID", "ROUTIX_CLIENT_ID", "ROUTIX_BRANCH"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_ne!(after["ROUTIX_CLIENT_SECRET"], before["ROUTIX_CLIENT_SECRET"]);
    demo_token(&server, &after);
    assert_eq!(token_answer(&server, &before["ROUTIX_CLIENT_ID"], &before["ROUTIX_CLIENT_SECRET"]).status, 401);
    for who in ["OWNER", "ADMIN", "VIEWER"] {
        user_token(&server, &after[&format!("ROUTIX_{who}_EMAIL")], &after[&format!("ROUTIX_{who}_PASSWORD")]);
    }
    assert_eq!(routix(folder.path(), &["app", "list", "--format", "jsonl"]).done().lines().count(), 2);
}

#[test]
fn a_key_that_others_can_read_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    Server::demo(folder.path()).stop();
    let key = key_files(folder.path()).remove(0);
    fs::set_permissions(&key, Permissions::from_mode(0o640)).unwrap();
    let refusal = routix(folder.path(), &["demo", "--listen", "127.0.0.1:0"]).refusal();
    assert!(refusal.contains(key.to_str().unwrap()), "{refusal}");
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    Server::demo(folder.path()).stop();
}

#[test]
fn an_address_that_is_taken_is_refused_and_the_next_start_works() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refusal = routix(folder.path(), &["demo", "--listen", &address]).refusal();
    assert!(refusal.contains(&address), "{refusal}");
    let server = Server::start(command(folder.path(), &["demo", "--listen", "127.0.0.1:0"]));
    demo_token(&server, &facts(folder.path()));
}

#[test]
fn the_data_directory_that_a_demo_makes_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("a/data");
    let server = Server::demo(&data);
    assert_eq!(mode(&data), 0o700);
    demo_token(&server, &facts(&data));
}
