//! A day in the life of a demo: something of everything that is counted.

use std::collections::BTreeMap;

use serde_json::json;

use crate::cli::steps::{app_token, list, register, user_token};
use crate::running::{Request, Server, send};

/// What somebody typed where it does not belong.
pub(super) const TYPED: &str = "typed-by-somebody";

/// Lives it, and returns everything in it that nobody else may read, or that names somebody.
pub(super) fn live(server: &Server, facts: &BTreeMap<String, String>) -> Vec<String> {
    let host = &server.host;
    let (email, password) = (&facts["ROUTIX_OWNER_EMAIL"], &facts["ROUTIX_OWNER_PASSWORD"]);
    let user = user_token(server, email, password);
    let app = register(server, &user, "My ERP Sync");
    let (client, secret) = (app.at("/app/client_id"), app.at("/app/client_secret"));
    let token = app_token(server, &client, &secret);
    assert_eq!(list(server, &token, "RS2RDH3B", "accounts").status, 200);
    let wrong = format!("grant_type=client_credentials&client_id={client}&client_secret={TYPED}");
    for (expected, request) in [
        (401, Request::new("POST", "/oauth2/token").form(&wrong)),
        (400, Request::new("POST", "/oauth/token").form(&format!("grant_type={TYPED}"))),
        (404, Request::new("GET", &format!("/{TYPED}?access_token={TYPED}"))),
        (404, Request::new(TYPED, &format!("/{TYPED}"))),
        (401, Request::new("GET", &format!("/functions/v1/api/v1/{TYPED}/{TYPED}")).bearer(TYPED)),
        (
            400,
            Request::new("POST", "/auth/v1/token?grant_type=password").json(&json!({
                "email": email, "password": TYPED,
            })),
        ),
    ] {
        let answer = send(host, &request);
        assert_eq!(answer.status, expected, "{request:?}: {}", answer.text);
    }
    let mut names: Vec<String> = facts.values().filter(|value| value.len() > 3).cloned().collect();
    names.extend([user, client, secret, token, app.at("/app/id"), TYPED.to_owned(), "RS2RDH3B".to_owned()]);
    names
}
