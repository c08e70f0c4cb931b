//! What several of these tests do first.

use serde_json::json;

use crate::running::{Answer, Request, Server, send};

/// A client-credentials request at the first door.
pub(crate) fn token_answer(server: &Server, client_id: &str, client_secret: &str) -> Answer {
    let body = json!({"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret});
    send(&server.host, &Request::new("POST", "/functions/v1/oauth-token").json(&body))
}

/// An app token, which must be given.
pub(crate) fn app_token(server: &Server, client_id: &str, client_secret: &str) -> String {
    let answer = token_answer(server, client_id, client_secret);
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.at("/access_token")
}

/// A sign-in.
pub(super) fn password_request(email: &str, password: &str) -> Request {
    Request::new("POST", "/auth/v1/token?grant_type=password").json(&json!({"email": email, "password": password}))
}

/// A user token, which must be given.
pub(crate) fn user_token(server: &Server, email: &str, password: &str) -> String {
    let answer = send(&server.host, &password_request(email, password));
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.at("/access_token")
}

/// Registers an app with every right to accounts and returns its answer.
pub(crate) fn register(server: &Server, user_token: &str, name: &str) -> Answer {
    let app = json!({
        "name": name,
        "redirect_uris": ["https://myerp.com/callback"],
        "allowed_scopes": ["routix:accounts:read", "routix:accounts:write"],
    });
    let request = Request::new("POST", "/functions/v1/register-oauth-app").bearer(user_token).json(&app);
    let answer = send(&server.host, &request);
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer
}

/// A list of the API.
pub(crate) fn list(server: &Server, token: &str, branch: &str, resource: &str) -> Answer {
    let path = format!("/functions/v1/api/v1/{branch}/{resource}?limit=1");
    send(&server.host, &Request::new("GET", &path).bearer(token))
}
