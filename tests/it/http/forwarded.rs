//! V15, V16, 4.13: what a caller writes into the headers of proxies changes no address that we print, and makes nobody of
//! anybody: who calls is in his token, and where we are in our settings.

use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::json;

use super::app::{Registered, TestApp};
use super::client::{Answer, raw};
use super::code_flow::Request;
use super::world::Actor;

const EVIL: [(&str, &str); 12] = [
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-port", "444"),
    ("x-forwarded-prefix", "/evil"),
    ("x-forwarded-server", "evil.example"),
    ("x-forwarded-for", "198.51.100.7"),
    ("forwarded", "for=198.51.100.7;host=evil.example;proto=https"),
    ("x-real-ip", "198.51.100.7"),
    ("x-original-url", "/evil"),
    ("x-rewrite-url", "/evil"),
    ("x-original-host", "evil.example"),
    ("x-http-method-override", "DELETE"),
];

/// Everything that prints an address of ours; with whose token it is asked.
fn printing(app: &TestApp, client: &Registered, token: &str) -> Vec<(Method, String, String)> {
    let accounts = format!("/functions/v1/api/v1/{}/accounts", app.world.branch.public_id);
    let request = Request::of(client);
    let get = |path: String, token: &str| (Method::GET, path, token.to_owned());
    let mut all: Vec<_> = [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/functions/v1/api",
        "/openapi.json",
        "/schemas",
        "/docs",
        "/docs/quick-start",
        "/docs/api",
        "/sign-in",
        "/account",
        "/nothing/here",
    ]
    .map(|path| get(path.to_owned(), ""))
    .into();
    all.push(get(accounts.clone(), ""));
    all.push(get(format!("{accounts}?limit=1"), token));
    all.push(get(format!("{accounts}?limit=1&offset=1"), token));
    all.push(get(request.path(), ""));
    all.push(get(request.without("scope").path(), ""));
    all.push(get(request.with("redirect_uri", "https://evil.example").path(), ""));
    all.push((Method::POST, accounts, token.to_owned()));
    all
}

/// What is the same in every answer to one request.
fn lasting(answer: &Answer) -> (u16, Vec<String>, String) {
    let request_id = answer.header("x-request-id");
    let id = answer.header("location").rsplit('/').next().filter(|id| id.len() == 36).unwrap_or("no id");
    let clean = |text: &str| text.replace(request_id, "REQUEST").replace(id, "ID");
    let told = answer.headers.iter().filter(|(name, _)| *name != "date");
    let told = told.map(|(name, value)| clean(&format!("{name}: {}", value.to_str().unwrap()))).collect();
    (answer.status, told, clean(&answer.text))
}

async fn ask(
    app: &TestApp,
    (method, path, token): &(Method, String, String),
    headers: &[(&str, &str)],
) -> (u16, Vec<String>, String) {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let request = client.request(method.clone(), app.url(path)).bearer_auth(token);
    let request = if token.is_empty() { client.request(method.clone(), app.url(path)) } else { request };
    let body = json!({"company_name": "Vos Transport B.V."});
    let request = if *method == Method::POST { request.json(&body) } else { request };
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    lasting(&super::client::answer(request).await)
}

async fn start(trusted: Option<&str>, public_url: Option<&str>) -> (TestApp, Registered, String) {
    let (trusted, public_url) = (trusted.map(str::to_owned), public_url.map(str::to_owned));
    let app = TestApp::start_with(|config| {
        (config.api_rate_limit, config.failure_limit) = (0, 0);
        (config.trusted_proxy, config.public_url) = (trusted, public_url);
    })
    .await;
    let scopes = json!({"allowed_scopes": ["routix:accounts:read", "routix:accounts:write", "routix:orders:read"]});
    let client = app.new_app(&app.sign_in(Actor::Owner).await, scopes).await;
    let token = app.app_token(&client).await;
    (app, client, token)
}

#[tokio::test]
async fn v15_4_13_forwarded_headers_change_nothing_that_is_printed() {
    for (trusted, public_url) in
        [(None, None), (Some("127.0.0.1"), None), (Some("127.0.0.1"), Some("https://a.example"))]
    {
        let (app, client, token) = start(trusted, public_url).await;
        let printing = printing(&app, &client, &token);
        // So that there is a page before and one after.
        for _ in 0..3 {
            ask(&app, &printing[printing.len() - 1], &[]).await;
        }
        for request in &printing {
            // A record more on each POST changes the lists alone, which are asked before.
            let plain = ask(&app, request, &[]).await;
            assert_eq!(ask(&app, request, &[]).await, plain, "{request:?} is not the same twice");
            for header in EVIL {
                assert_eq!(ask(&app, request, &[header]).await, plain, "{trusted:?} {request:?} {header:?}");
            }
            assert_eq!(ask(&app, request, &EVIL).await, plain, "{trusted:?} {request:?}");
        }
    }
}

/// A request byte by byte, so that `Connection` names what it likes.
async fn sent_raw(app: &TestApp, path: &str, token: &str, connection: &str) -> (u16, String) {
    let address = app.address.to_string();
    let authorization = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let (owner, organization) = (Actor::Owner.id(), app.world.organization);
    let identity = format!(
        "X-User: {owner}\r\nX-Forwarded-User: {owner}\r\nX-Remote-User: {owner}\r\nX-Auth-Request-User: {owner}\r\n\
         X-Organization-Id: {organization}\r\nX-Client-Id: {owner}\r\nX-Forwarded-Email: owner@one.example\r\n\
         X-Branch-Id: {}\r\nX-Scopes: routix:accounts:read\r\nRole: service_role\r\n",
        app.world.branch.id
    );
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{authorization}{identity}Connection: {connection}\r\n\r\n");
    let answer = raw(&address, request.as_bytes()).await;
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

#[tokio::test]
async fn v16_nobody_is_who_a_header_says_and_no_header_is_dropped_because_another_names_it() {
    let (app, _, token) = start(Some("127.0.0.1"), None).await;
    let accounts = format!("/functions/v1/api/v1/{}/accounts", app.world.branch.public_id);
    let owner = app.sign_in(Actor::Owner).await;
    for connection in
        ["close", "close, authorization", "authorization, x-user, host, close", "close, x-request-id, content-length"]
    {
        for (path, token, status) in [
            (accounts.as_str(), token.as_str(), 200),
            (&accounts, "", 401),
            ("/rest/v1/oauth_apps", &owner, 200),
            ("/rest/v1/oauth_apps", "", 401),
            ("/auth/v1/user", "", 401),
            ("/account", "", 303),
        ] {
            let (found, body) = sent_raw(&app, path, token, connection).await;
            assert_eq!(found, status, "{path} {connection}: {body}");
        }
    }
    // What the token says counts, whoever the headers name.
    let (_, body) = sent_raw(&app, "/auth/v1/user", &app.sign_in(Actor::Viewer).await, "close, authorization").await;
    assert!(body.contains(Actor::Viewer.email()) && !body.contains(Actor::Owner.email()), "{body}");
}
