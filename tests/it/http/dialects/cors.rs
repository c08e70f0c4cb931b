//! E23, as far as headers go: which sites may call the API from a browser, and that no site may read a page.

use reqwest::Method;
use serde_json::json;

use crate::http::app::{APPS, DOORS, REGISTER, ROTATE, TestApp};
use crate::http::client::{Answer, answer};
use crate::http::world::{Actor, PASSWORD};

const SITE: &str = "https://app.example.com";
const SENT: [&str; 13] = [
    "authorization",
    "apikey",
    "x-client-info",
    "content-type",
    "prefer",
    "accept-profile",
    "content-profile",
    "x-supabase-api-version",
    "x-retry-count",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "range",
];
const READ: [&str; 9] = [
    "content-range",
    "x-request-id",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "etag",
    "link",
    "location",
    "x-sb-error-code",
];
const STRANGERS: [&str; 7] = [
    "https://evil.example",
    "https://app.example.com.evil.example",
    "https://app.example.com:8443",
    "http://app.example.com",
    "https://APP.example.com",
    "null",
    "*",
];

async fn start() -> TestApp {
    TestApp::start_with(|config| {
        config.cors_origins = Some(format!("{SITE}, http://localhost:3000"));
        config.failure_limit = 0;
    })
    .await
}

fn api(app: &TestApp) -> Vec<String> {
    let accounts = |prefix| format!("{prefix}/v1/{}/accounts", app.world.branch.public_id);
    let mut paths: Vec<String> = DOORS.map(str::to_owned).into();
    paths.extend([accounts("/functions/v1/api"), accounts("/api")]);
    let others = [
        APPS,
        REGISTER,
        ROTATE,
        "/auth/v1/token",
        "/auth/v1/user",
        "/auth/v1/user/oauth/grants",
        "/auth/v1/oauth/revoke",
        "/auth/v1/oauth/authorizations",
        "/.well-known/oauth-authorization-server",
        "/rest/v1/branches",
    ];
    paths.extend(others.map(str::to_owned));
    paths
}

async fn preflight(app: &TestApp, path: &str, origin: &str) -> Answer {
    let request = app.request(Method::OPTIONS, path).header("origin", origin);
    answer(request.header("access-control-request-method", "PATCH").header("access-control-request-headers", "prefer"))
        .await
}

fn cors_headers(answer: &Answer) -> Vec<&str> {
    answer.headers.keys().map(|name| name.as_str()).filter(|name| name.starts_with("access-control-")).collect()
}

fn listed(answer: &Answer, header: &str) -> Vec<String> {
    answer.header(header).split(',').map(|item| item.trim().to_lowercase()).collect()
}

#[tokio::test]
async fn a_preflight_of_a_named_site_allows_what_public_clients_send() {
    let app = start().await;
    for path in api(&app) {
        for origin in [SITE, "http://localhost:3000"] {
            let allowed = preflight(&app, &path, origin).await.expect(204);
            assert_eq!(allowed.header("access-control-allow-origin"), origin, "{path}");
            let headers = listed(&allowed, "access-control-allow-headers");
            assert!(SENT.iter().all(|name| headers.iter().any(|allowed| allowed == name)), "{path} {headers:?}");
            let methods = listed(&allowed, "access-control-allow-methods");
            assert_eq!(methods, ["get", "head", "post", "patch", "delete"], "{path}");
            assert!(listed(&allowed, "vary").contains(&"origin".to_owned()), "{path}");
            assert_eq!(allowed.header("access-control-allow-credentials"), "", "{path}");
        }
    }
}

#[tokio::test]
async fn a_named_site_may_read_answers_and_failures_with_their_headers() {
    let app = start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let with_token = async |method: &str, path: &str| {
        let request = app.request(method.parse().unwrap(), path).header("origin", SITE).bearer_auth(&owner);
        answer(request).await
    };
    let wrong = json!({"email": Actor::Owner.email(), "password": format!("not {PASSWORD}")});
    let refused = app.post("/auth/v1/token?grant_type=password").header("origin", SITE).json(&wrong);
    for (answered, status) in [
        (with_token("GET", APPS).await, 200),
        (with_token("GET", &format!("{APPS}?moon=eq.1")).await, 400),
        (with_token("DELETE", APPS).await, 405),
        (with_token("GET", &format!("{APPS}/x/events")).await, 404),
        (with_token("GET", &format!("{APPS}?access_token=x")).await, 400),
        (with_token("POST", DOORS[0]).await, 400),
        (answer(refused).await, 400),
        (answer(app.request(Method::GET, APPS).header("origin", SITE)).await, 401),
    ] {
        assert_eq!(answered.status, status, "{}", answered.text);
        assert_eq!(answered.header("access-control-allow-origin"), SITE, "{status}");
        let exposed = listed(&answered, "access-control-expose-headers");
        assert!(READ.iter().all(|name| exposed.iter().any(|exposed| exposed == name)), "{exposed:?}");
        assert_eq!(cors_headers(&answered), ["access-control-allow-origin", "access-control-expose-headers"]);
        let vary: Vec<_> = answered.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(vary.contains(&"Origin"), "{vary:?}");
    }
}

#[tokio::test]
async fn other_sites_learn_nothing_and_may_nothing() {
    let app = start().await;
    let owner = app.sign_in(Actor::Owner).await;
    for origin in STRANGERS {
        for path in api(&app) {
            let refused = preflight(&app, &path, origin).await;
            assert!(refused.status >= 400, "{origin} {path} {}", refused.status);
            assert_eq!(cors_headers(&refused), [""; 0], "{origin} {path}");
        }
        let request = app.request(Method::GET, APPS).header("origin", origin).bearer_auth(&owner);
        let read = answer(request).await.expect(200);
        assert_eq!(cors_headers(&read), [""; 0], "{origin}");
        assert_eq!(read.header("vary"), "Origin", "{origin}");
    }
    let twice = app.request(Method::GET, APPS).header("origin", SITE).header("origin", SITE).bearer_auth(&owner);
    assert_eq!(cors_headers(&answer(twice).await), [""; 0]);
}

#[tokio::test]
async fn pages_are_for_no_other_site() {
    let app = start().await;
    for path in ["/", "/sign-in", "/account", "/auth/v1/oauth/authorize", "/organizations"] {
        for answered in [
            preflight(&app, path, SITE).await,
            answer(app.request(Method::GET, path).header("origin", SITE)).await,
            answer(app.request(Method::POST, path).header("origin", SITE)).await,
        ] {
            assert_eq!(cors_headers(&answered), [""; 0], "{path} {}", answered.status);
        }
    }
}

#[tokio::test]
async fn no_site_is_named_unless_somebody_names_one() {
    let app = TestApp::start().await;
    for path in api(&app) {
        let refused = preflight(&app, &path, SITE).await;
        assert!(refused.status >= 400 && cors_headers(&refused).is_empty(), "{path} {:?}", refused.headers);
    }
}

#[tokio::test]
async fn options_without_a_question_is_no_preflight() {
    let app = start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let refused = answer(app.request(Method::OPTIONS, APPS).header("origin", SITE).bearer_auth(&owner)).await;
    assert_eq!(refused.expect(405).header("allow"), "GET,HEAD,PATCH");
}
