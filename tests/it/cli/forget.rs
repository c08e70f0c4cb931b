//! `routix user forget` beside a running server.

use super::steps::{register, user_token};
use crate::running::{Request, Server, command, facts, routix, send};

#[test]
fn a_person_is_forgotten_beside_the_server_once_it_is_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let facts = facts(folder.path());
    let (email, password) = (facts["ROUTIX_ADMIN_EMAIL"].as_str(), facts["ROUTIX_ADMIN_PASSWORD"].as_str());
    let token = user_token(&server, email, password);
    let app = register(&server, &token, "Made by somebody").at("/app/id");
    let user = || send(&server.host, &Request::new("GET", "/auth/v1/user").bearer(&token)).status;
    let unconfirmed = routix(folder.path(), &["user", "forget", email]);
    assert_eq!((unconfirmed.code, unconfirmed.stdout.as_str()), (Some(2), ""), "{unconfirmed:?}");
    assert!(unconfirmed.stderr.contains("--yes"), "{unconfirmed:?}");
    assert_eq!(user(), 200);
    let ran = routix(folder.path(), &["user", "forget", email, "--yes"]);
    assert_eq!((ran.code, user()), (Some(0), 401), "{ran:?}");
    assert_eq!(ran.stderr, "forgotten, with the address and the user agent of 1 request\n");
    let id = ran.stdout.trim();
    assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
    let again = routix(folder.path(), &["user", "forget", id]);
    assert_eq!((again.code, again.stdout.trim()), (Some(0), id), "{again:?}");
    assert_eq!(again.stderr, "was forgotten before; nothing was left to remove\n");
    assert!(routix(folder.path(), &["user", "forget", email, "--yes"]).refusal().contains("there is no user"));
    for name in ["identity.db", "identity.db-wal", "events.db", "events.db-wal", "read.db", "read.db-wal"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap_or_default();
        for mark in [email, "Bram Jansen"] {
            assert!(!bytes.windows(mark.len()).any(|window| window == mark.as_bytes()), "{mark} is in {name}");
        }
    }
    let owner = user_token(&server, &facts["ROUTIX_OWNER_EMAIL"], &facts["ROUTIX_OWNER_PASSWORD"]);
    let path = format!("/rest/v1/oauth_apps/{app}/events");
    let history = send(&server.host, &Request::new("GET", &path).bearer(&owner));
    assert_eq!((history.at("/0/actor/name").as_str(), history.at("/0/actor/id").as_str()), ("a forgotten person", id));
    let new = routix(folder.path(), &["user", "create", "--email", email, "--name", "Somebody Else"]).done();
    assert_ne!(new.lines().next(), Some(id));
}

#[test]
fn the_last_owner_is_not_forgotten_and_the_organization_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let owner = facts(folder.path())["ROUTIX_OWNER_EMAIL"].clone();
    let refusal = routix(folder.path(), &["user", "forget", &owner, "--yes"]).refusal();
    assert!(refusal.contains("Van den Berg Transport") && refusal.contains("nothing was forgotten"), "{refusal}");
    assert!(routix(folder.path(), &["user", "list"]).done().contains(&owner));
    drop(server);
}

#[test]
fn with_its_input_closed_it_does_not_wait_for_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["migrate"]).done();
    routix(folder.path(), &["user", "create", "--email", "ann@example.com", "--name", "Ann"]).done();
    let mut command = command(folder.path(), &["user", "forget", "ann@example.com"]);
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(routix(folder.path(), &["user", "list"]).done().contains("ann@example.com"));
}
