//! `routix serve`: what it refuses, and the way from an empty folder to the first record.

use serde_json::json;

use super::steps::{app_token, list, register, user_token};
use crate::running::{Request, Server, routix, routix_with_input, send};

const SERVE: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--public-url", "https://api.example.com"];
const PASSWORD: &str = "correct horse battery staple";

#[test]
fn serve_refuses_without_a_public_url() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["keys", "rotate"]).done();
    let refusal = routix(folder.path(), &["serve", "--listen", "127.0.0.1:0"]).refusal();
    assert!(refusal.contains("--public-url") && refusal.contains("ROUTIX_PUBLIC_URL"), "{refusal}");
}

#[test]
fn serve_refuses_without_keys_and_says_how_to_make_them() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = routix(folder.path(), &SERVE).refusal();
    assert!(refusal.contains("routix keys rotate"), "{refusal}");
}

#[test]
fn serve_refuses_the_keys_of_a_demo() {
    let folder = tempfile::tempdir().unwrap();
    Server::demo(folder.path()).stop();
    assert!(routix(folder.path(), &SERVE).refusal().contains("demo"));
    routix(folder.path(), &["keys", "rotate"]).done();
    assert!(routix(folder.path(), &SERVE).refusal().contains("demo"), "also beside keys of its own");
}

#[test]
fn a_demo_refuses_the_keys_of_production() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["keys", "rotate"]).done();
    let refusal = routix(folder.path(), &["demo", "--listen", "127.0.0.1:0"]).refusal();
    assert!(refusal.contains("production keys"), "{refusal}");
    assert!(!folder.path().join("demo.env").exists());
}

#[test]
fn serve_works_from_an_empty_folder_to_the_first_record() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    routix(data, &["keys", "rotate"]).done();
    let create = ["user", "create", "--email", "ann@example.com", "--name", "Ann de Vries", "--password-file", "-"];
    let user = routix_with_input(data, &create, &format!("{PASSWORD}\n")).done();
    let organization = routix(data, &["organization", "create", "--name", "Vos", "--owner", "ann@example.com"]).done();
    let organization = organization.trim();
    let open = ["branch", "open", "--organization", organization, "--name", "Rotterdam", "--public-id", "RTM00001"];
    assert_eq!(routix(data, &open).done(), "RTM00001\n");
    let server = Server::serve(data);
    let token = user_token(&server, "ann@example.com", PASSWORD);
    let me = send(&server.host, &Request::new("GET", "/auth/v1/user").bearer(&token));
    assert_eq!(me.at("/id"), user.trim());
    let app = register(&server, &token, "My ERP Sync");
    assert_eq!(app.at("/app/organization_id"), organization);
    let token = app_token(&server, &app.at("/app/client_id"), &app.at("/app/client_secret"));
    assert_eq!(list(&server, &token, "RTM00001", "accounts").at("/pagination/total"), "0");
    let create = Request::new("POST", "/functions/v1/api/v1/RTM00001/accounts").bearer(&token);
    let made = send(&server.host, &create.json(&json!({"company_name": "Acme Transport B.V."})));
    assert_eq!(made.status, 201, "{}", made.text);
    let location = made.header("location").unwrap();
    assert!(location.ends_with(&made.at("/data/id")), "{location}");
    assert_eq!(list(&server, &token, "RTM00001", "accounts").at("/data/0/company_name"), "Acme Transport B.V.");
    let ran = server.stop();
    assert_eq!(ran.stdout, "", "nothing was asked for");
}
