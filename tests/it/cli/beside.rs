//! Commands beside a running server: what they change is true for the server when they have ended.

use std::time::{Duration, Instant};

use super::steps::{app_token, list, token_answer, user_token};
use crate::running::{Request, Server, facts, kid, routix, send, until};

#[test]
fn a_branch_that_is_opened_beside_the_server_can_be_called_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let facts = facts(folder.path());
    let organization = facts["ROUTIX_ORGANIZATION_ID"].as_str();
    let token = app_token(&server, &facts["ROUTIX_CLIENT_ID"], &facts["ROUTIX_CLIENT_SECRET"]);
    let open = ["branch", "open", "--organization", organization, "--name", "Breda"];
    let public_id = routix(folder.path(), &open).done().trim().to_owned();
    assert_eq!(list(&server, &token, &public_id, "accounts").at("/pagination/total"), "0");
    let branches = routix(folder.path(), &["branch", "list", "--organization", organization, "--format", "jsonl"]);
    let branches = branches.done();
    let row = branches.lines().find(|line| line.contains(&public_id)).unwrap();
    let row: serde_json::Value = serde_json::from_str(row).unwrap();
    let id = row["id"].as_str().unwrap();
    let rename = ["branch", "rename", "--organization", organization, "--branch", id, "--name", "Breda Noord"];
    routix(folder.path(), &rename).done();
    let user = user_token(&server, &facts["ROUTIX_VIEWER_EMAIL"], &facts["ROUTIX_VIEWER_PASSWORD"]);
    let path = format!("/rest/v1/branches?public_id=eq.{public_id}&select=name");
    assert_eq!(send(&server.host, &Request::new("GET", &path).bearer(&user)).at("/0/name"), "Breda Noord");
    routix(folder.path(), &["branch", "close", "--organization", organization, "--branch", id, "--yes"]).done();
    assert_eq!(list(&server, &token, &public_id, "accounts").at("/error"), "branch_not_found");
}

#[test]
fn an_app_that_is_revoked_beside_the_server_loses_its_tokens_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let facts = facts(folder.path());
    let (app, client, secret) = (&facts["ROUTIX_APP_ID"], &facts["ROUTIX_CLIENT_ID"], &facts["ROUTIX_CLIENT_SECRET"]);
    let token = app_token(&server, client, secret);
    routix(folder.path(), &["app", "revoke", app]).done();
    assert_eq!(token_answer(&server, client, secret).at("/error"), "invalid_client");
    assert_eq!(list(&server, &token, "RS2RDH3B", "accounts").status, 200, "without --revoke-tokens it lives on");
    routix(folder.path(), &["app", "reactivate", app]).done();
    app_token(&server, client, secret);
    routix(folder.path(), &["app", "revoke", app, "--revoke-tokens"]).done();
    let began = Instant::now();
    until("the token is refused", || (list(&server, &token, "RS2RDH3B", "accounts").status == 401).then_some(()));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    routix(folder.path(), &["app", "reactivate", app]).done();
    app_token(&server, client, secret);
    assert_eq!(list(&server, &token, "RS2RDH3B", "accounts").status, 401, "what was cut off stays cut off");
}

#[test]
fn a_secret_that_is_rotated_beside_the_server_is_the_only_one_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let facts = facts(folder.path());
    let (app, client, secret) = (&facts["ROUTIX_APP_ID"], &facts["ROUTIX_CLIENT_ID"], &facts["ROUTIX_CLIENT_SECRET"]);
    let second = routix(folder.path(), &["app", "rotate", app]).done();
    assert_eq!(token_answer(&server, client, secret).status, 401);
    app_token(&server, client, second.trim());
    let third = routix(folder.path(), &["app", "rotate", app, "--overlap-seconds", "3600"]).done();
    app_token(&server, client, second.trim());
    app_token(&server, client, third.trim());
}

#[test]
fn a_member_and_a_user_who_are_shut_out_beside_the_server_are_out_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let facts = facts(folder.path());
    let (organization, admin) = (&facts["ROUTIX_ORGANIZATION_ID"], &facts["ROUTIX_ADMIN_EMAIL"]);
    let token = user_token(&server, admin, &facts["ROUTIX_ADMIN_PASSWORD"]);
    let branches = || send(&server.host, &Request::new("GET", "/rest/v1/branches?select=id").bearer(&token));
    assert_eq!(branches().json().as_array().unwrap().len(), 2);
    routix(folder.path(), &["member", "remove", "--organization", organization, "--user", admin]).done();
    assert_eq!(branches().text, "[]");
    let add = ["member", "add", "--organization", organization, "--user", admin, "--role", "viewer"];
    routix(folder.path(), &add).done();
    assert_eq!(branches().json().as_array().unwrap().len(), 2);
    routix(folder.path(), &["user", "disable", admin]).done();
    assert_eq!(branches().status, 401);
}

#[test]
fn a_key_that_is_rotated_beside_the_server_costs_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let facts = facts(folder.path());
    let token = || app_token(&server, &facts["ROUTIX_CLIENT_ID"], &facts["ROUTIX_CLIENT_SECRET"]);
    let old = token();
    let made = routix(folder.path(), &["keys", "rotate"]).done().trim().to_owned();
    assert_ne!(kid(&old), made);
    let new = until("the new key signs", || Some(token()).filter(|token| kid(token) == made));
    for token in [&old, &new] {
        assert_eq!(list(&server, token, "RS2RDH3B", "accounts").status, 200);
    }
    routix(folder.path(), &["keys", "retire", &kid(&old), "--now"]).done();
    until("the retired key is refused", || (list(&server, &old, "RS2RDH3B", "accounts").status == 401).then_some(()));
    assert_eq!(list(&server, &new, "RS2RDH3B", "accounts").status, 200);
}
