//! Logs: at their loudest they hold no secret, no token, no password and no query string.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::steps::{app_token, list, register, user_token};
use crate::running::{Request, Server, command, facts, send};

const MARKER: &str = "must-not-be-logged";

/// Everything secret that goes over the wire in the course of a day.
fn a_day(server: &Server, facts: &std::collections::BTreeMap<String, String>) -> Vec<String> {
    let mut secret: Vec<String> = facts
        .iter()
        .filter(|(name, _)| name.contains("SECRET") || name.contains("PASSWORD"))
        .map(|f| f.1.clone())
        .collect();
    let user = user_token(server, &facts["ROUTIX_OWNER_EMAIL"], &facts["ROUTIX_OWNER_PASSWORD"]);
    let app = register(server, &user, "My ERP Sync");
    let (client, first) = (app.at("/app/client_id"), app.at("/app/client_secret"));
    let token = app_token(server, &client, &first);
    assert_eq!(list(server, &token, "RS2RDH3B", "accounts").status, 200);
    let rotate = Request::new("POST", "/functions/v1/rotate-oauth-secret").bearer(&user);
    let rotated = send(&server.host, &rotate.json(&json!({"oauth_app_id": app.at("/app/id")})));
    let basic = STANDARD.encode(format!("{client}:{}", rotated.at("/client_secret")));
    let mut by_basic = Request::new("POST", "/oauth/token").form("grant_type=client_credentials");
    by_basic.headers.push(("Authorization".to_owned(), format!("Basic {basic}")));
    let by_basic = send(&server.host, &by_basic);
    let in_url = format!("/functions/v1/oauth-token?client_secret={MARKER}-1");
    let form = format!("grant_type=client_credentials&client_id={client}&client_secret={MARKER}-2");
    for request in [
        Request::new("POST", &in_url).form(&form),
        Request::new("POST", "/oauth2/token").form(&form),
        Request::new("GET", &format!("/functions/v1/api/v1/RS2RDH3B/accounts?email={MARKER}-3")).bearer(&token),
        Request::new("GET", "/functions/v1/api/v1/RS2RDH3B/accounts").bearer(&format!("{MARKER}-4")),
        Request::new("GET", &format!("/rest/v1/oauth_apps?name=eq.{MARKER}-5")).bearer(&user),
        Request::new("GET", &format!("/{MARKER}-6?access_token={MARKER}-7")),
        Request::new("GET", &format!("/functions/v1/api/v1/RS2RDH3B/accounts?access_token={MARKER}-9")),
        Request::new("GET", &format!("/auth/v1/oauth/authorizations/{MARKER}-10")).bearer(&user),
        Request::new("POST", "/auth/v1/token?grant_type=password")
            .json(&json!({"email": "owner@vandenberg.example", "password": format!("{MARKER}-8")})),
        Request::new("POST", "/functions/v1/api/v1/RS2RDH3B/accounts").bearer(&token).json(&json!({MARKER: 1})),
    ] {
        send(&server.host, &request);
    }
    secret.extend([user, first, token, rotated.at("/client_secret"), basic, by_basic.at("/access_token")]);
    secret.push(MARKER.to_owned());
    secret
}

#[test]
fn the_loudest_log_holds_no_secret_no_token_no_password_and_no_query() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["demo", "--listen", "127.0.0.1:0"]);
    command.env("ROUTIX_LOG", "trace");
    let server = Server::start(command);
    let secret = a_day(&server, &facts(folder.path()));
    let ran = server.stop();
    let (_, after) = ran.stdout.split_once("Ctrl-C stops it").unwrap();
    let logged = ran.stderr + after;
    assert!(logged.contains("/functions/v1/oauth-token"), "requests are logged: {logged}");
    for text in &secret {
        assert!(!logged.contains(text), "{text} is in the log");
        // Half of a token is as bad: its signature is the secret part.
        let tail = text.rsplit('.').next().unwrap();
        assert!(tail.len() < 16 || !logged.contains(tail), "the end of {text} is in the log");
    }
    for query in ["grant_type=password", "?limit", "name=eq", "access_token="] {
        assert!(!logged.contains(query), "{query} is in the log");
    }
    assert!(secret.len() > 10);
}
