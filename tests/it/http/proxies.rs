//! Proxies in front: whose word about the caller counts, and for what.

use axum::http::StatusCode;
use chrono::DateTime;
use routix::config::Config;

use super::app::{DOOR, TestApp, grant};
use super::client::answer;

const STRANGER: &str = "00000000-0000-4000-8000-000000000009";

async fn start(trusted: Option<&str>) -> TestApp {
    let trusted = trusted.map(str::to_owned);
    TestApp::start_with(|config: &mut Config| (config.failure_limit, config.trusted_proxy) = (2, trusted)).await
}

/// The status of a wrong secret that comes from 127.0.0.1, with these headers.
async fn wrong(app: &TestApp, headers: &[(&str, &str)]) -> u16 {
    wrong_from(app, [127, 0, 0, 1], headers).await
}

async fn wrong_from(app: &TestApp, source: [u8; 4], headers: &[(&str, &str)]) -> u16 {
    let request = app.post_from(source, DOOR).json(&grant(STRANGER, "routix_x"));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    answer(request).await.status
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_network_has_a_budget_of_its_own() {
    let app = start(Some("10.0.0.0/8, 127.0.0.1")).await;
    let refused = StatusCode::TOO_MANY_REQUESTS.as_u16();
    for first in ["198.51.100.7", "2001:db8:1::7"] {
        let header = ("x-forwarded-for", first);
        let statuses = [wrong(&app, &[header]).await, wrong(&app, &[header]).await, wrong(&app, &[header]).await];
        assert_eq!(statuses, [401, 401, refused], "{first}");
    }
    // The same callers, whatever they write before their address and however the proxies say it.
    for lines in [
        &[("x-forwarded-for", "203.0.113.1, 198.51.100.7")][..],
        &[("x-forwarded-for", "203.0.113.1"), ("x-forwarded-for", "198.51.100.7, 10.1.1.1")],
        &[("x-forwarded-for", "2001:db8:1::8")],
        &[("forwarded", "for=203.0.113.1, for=\"[2001:db8:1::9]:4711\";proto=https")],
        &[("forwarded", "for=203.0.113.1"), ("x-forwarded-for", "198.51.100.7")],
    ] {
        assert_eq!(wrong(&app, lines).await, refused, "{lines:?}");
    }
    assert_eq!(wrong(&app, &[("x-forwarded-for", "203.0.113.1")]).await, 401, "another one has his own");
}

#[tokio::test]
async fn nobody_else_escapes_his_budget_by_naming_another_address() {
    for (trusted, source) in [(None, [127, 0, 0, 1]), (Some("127.0.0.1"), [127, 0, 0, 2])] {
        let app = start(trusted).await;
        let mut statuses = Vec::new();
        for (name, value) in [
            ("x-forwarded-for", "198.51.100.7"),
            ("forwarded", "for=198.51.100.8"),
            ("x-forwarded-for", "198.51.100.9, 127.0.0.1"),
        ] {
            statuses.push(wrong_from(&app, source, &[(name, value)]).await);
        }
        assert_eq!(statuses, [401, 401, 429], "{trusted:?}");
    }
}

#[tokio::test]
async fn the_security_log_names_the_caller_and_not_the_proxy() {
    let app = start(Some("127.0.0.1")).await;
    wrong(&app, &[("x-forwarded-for", "203.0.113.1, 198.51.100.7:4711")]).await;
    let app = app.restart().await;
    let rows = app.identity.security_rows(DateTime::UNIX_EPOCH, None, 100).await.unwrap();
    let addresses: Vec<_> = rows.iter().map(|row| row.address.as_deref()).collect();
    assert_eq!(addresses, [Some("198.51.100.7")]);
}
