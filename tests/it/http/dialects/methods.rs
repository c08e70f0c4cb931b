//! E15 and E25: tokens in URLs, and methods.

use std::sync::Mutex;

use reqwest::Method;
use serde_json::json;

use crate::http::app::{APPS, DOORS, REGISTER, ROTATE, TestApp};
use crate::http::client::answer;
use crate::http::world::Actor;

#[tokio::test]
async fn e15_a_token_in_the_url_is_refused_wherever_it_is_and_not_shown() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let token = app.app_token(&app.new_app(&owner, json!({})).await).await;
    let accounts = format!("/functions/v1/api/v1/{}/accounts", app.world.branch.public_id);
    for (method, path) in [
        ("GET", accounts.as_str()),
        ("GET", "/api/v9/nowhere/else"),
        ("GET", APPS),
        ("GET", "/auth/v1/user"),
        ("POST", REGISTER),
        ("POST", DOORS[0]),
        ("POST", "/auth/v1/oauth/introspect"),
        ("GET", "/.well-known/oauth-authorization-server"),
    ] {
        for name in ["access_token", "%61ccess_token", "limit=1&access_token"] {
            for bearer in [None, Some(&token)] {
                let mut request = app.request(method.parse().unwrap(), &format!("{path}?{name}={token}"));
                if let Some(bearer) = bearer {
                    request = request.bearer_auth(bearer);
                }
                let refused = answer(request).await;
                assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{method} {path}?{name}");
                assert_eq!(refused.faults(), [("access_token".to_owned(), "token_in_query".to_owned())]);
                let told = format!("{:?} {}", refused.headers, refused.text);
                assert!(!told.contains(&token), "{method} {path}?{name}");
            }
        }
    }
    app.accounts(&token, &app.world.branch.public_id).await.expect(200);
}

/// What there is, and with which methods.
fn doors(app: &TestApp, app_id: &str) -> Vec<(String, &'static str)> {
    let branch = &app.world.branch.public_id;
    let mut doors: Vec<(String, &str)> = DOORS.map(|path| (path.to_owned(), "POST")).into();
    for (path, methods) in [
        ("/auth/v1/oauth/revoke", "POST"),
        ("/auth/v1/oauth/introspect", "POST"),
        ("/auth/v1/oauth/authorizations", "POST"),
        ("/auth/v1/oauth/authorizations/a1.x/consent", "POST"),
        ("/auth/v1/oauth/authorize", "GET, HEAD, POST"),
        ("/auth/v1/token", "POST"),
        ("/auth/v1/logout", "POST"),
        ("/auth/v1/user", "GET, HEAD"),
        ("/auth/v1/user/oauth/grants", "DELETE, GET, HEAD"),
        (REGISTER, "POST"),
        (ROTATE, "POST"),
        (APPS, "GET, HEAD, PATCH"),
        ("/rest/v1/oauth_client_authorizations", "DELETE, GET, HEAD"),
        ("/rest/v1/organizations", "GET, HEAD"),
        ("/rest/v1/branches", "GET, HEAD"),
        ("/.well-known/oauth-authorization-server", "GET, HEAD"),
        ("/.well-known/oauth-protected-resource", "GET, HEAD"),
        ("/healthz", "GET, HEAD"),
        ("/readyz", "GET, HEAD"),
        ("/sign-in", "GET, HEAD, POST"),
        ("/account", "GET, HEAD"),
    ] {
        doors.push((path.to_owned(), methods));
    }
    for door in ["events", "state", "diff"] {
        doors.push((format!("{APPS}/{app_id}/{door}"), "GET, HEAD"));
    }
    for prefix in ["/functions/v1/api", "/api"] {
        doors.push((format!("{prefix}/v1/{branch}/accounts"), "GET, HEAD, POST"));
        doors.push((format!("{prefix}/v1/{branch}/staff"), "GET, HEAD"));
        doors.push((format!("{prefix}/v2/{branch}/orders/{app_id}"), "GET, HEAD, PATCH"));
    }
    doors
}

#[tokio::test]
async fn e25_head_goes_with_get_and_every_other_method_is_405_with_those_there_are() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let app_token = app.app_token(&client).await;
    let seen = Mutex::new(0);
    for (path, methods) in doors(&app, &client.app_id) {
        let token = if path.contains("/api/") { &app_token } else { &owner };
        let send = async |method: &str| {
            *seen.lock().unwrap() += 1;
            answer(app.request(method.parse().unwrap(), &path).bearer_auth(token)).await
        };
        if methods.contains("GET") {
            let (get, head) = (send("GET").await, send("HEAD").await);
            assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        }
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            if methods.contains(method) {
                continue;
            }
            let refused = send(method).await.expect(405);
            let mut named: Vec<&str> = refused.header("allow").split(',').map(str::trim).collect();
            named.sort_unstable();
            assert_eq!(named.join(", "), methods, "{method} {path}");
            assert_eq!(refused.failure().1, "method_not_allowed", "{method} {path}");
        }
    }
    assert!(seen.into_inner().unwrap() > 200);
    assert_eq!(answer(app.request(Method::HEAD, "/nowhere")).await.expect(404).text, "");
}
