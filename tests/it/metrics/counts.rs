//! Each thing that happens is counted once, under its own words.

use super::day;
use super::scrape::{Scrape, scrape};
use crate::running::{Server, facts, routix, until};

#[test]
fn a_day_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let before = scrape(&server.host);
    day::live(&server, &facts(folder.path()));
    let now = scrape(&server.host);
    for (name, labels, expected) in [
        ("routix_tokens_issued_total", &[("grant_type", "client_credentials"), ("door", "functions")][..], 1.0),
        ("routix_tokens_refused_total", &[("error", "invalid_client"), ("door", "routera")], 1.0),
        ("routix_tokens_refused_total", &[("error", "unsupported_grant_type"), ("door", "routee")], 1.0),
        ("routix_sign_ins_total", &[("door", "api")], 1.0),
        ("routix_incidents_total", &[("kind", "client_authentication_failed"), ("detail", "wrong_secret")], 1.0),
        ("routix_incidents_total", &[("kind", "sign_in_failed")], 1.0),
        ("routix_http_requests_total", &[("route", "/oauth2/token"), ("method", "POST"), ("status", "401")], 1.0),
        ("routix_http_requests_total", &[("route", "(none)"), ("method", "GET"), ("status", "404")], 1.0),
        ("routix_http_requests_total", &[("route", "(none)"), ("method", "other"), ("status", "404")], 1.0),
        ("routix_http_request_duration_seconds_count", &[("route", "/oauth2/token")], 1.0),
        // The one that asks.
        ("routix_http_requests_in_flight", &[], 1.0),
        ("routix_security_log_dropped_total", &[], 0.0),
    ] {
        assert_eq!(now.value(name, labels), expected, "{name} {labels:?}");
    }
    let since = |name: &str, labels: &[(&str, &str)]| now.value(name, labels) - before.value(name, labels);
    let appended = since("routix_appended_events_total", &[]);
    assert!(appended >= 1.0, "an app was registered");
    assert_eq!(
        since("routix_append_duration_seconds_count", &[]),
        since("routix_appends_total", &[("outcome", "appended")])
    );
    assert_eq!(since("routix_log_head", &[]), appended);
    assert_eq!(since("routix_projection_position", &[("projection", "token_validation")]), appended);
    assert!(now.value("process_resident_memory_bytes", &[]) > 1e6);
    assert!(now.value("process_open_fds", &[]) < now.value("process_max_fds", &[]));
    assert!(now.value("routix_data_dir_free_bytes", &[]) > 0.0);
}

fn standing(now: &Scrape, name: &str) -> (f64, f64, f64) {
    let of = |state| now.value("routix_projection_state", &[("projection", name), ("state", state)]);
    (now.value("routix_projection_follows", &[("projection", name)]), of("live"), of("paused"))
}

#[test]
fn a_projection_that_stands_still_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    routix(folder.path(), &["projections", "pause", "app_history"]).done();
    routix(folder.path(), &["app", "rotate", &facts(folder.path())["ROUTIX_APP_ID"]]).done();
    let now = scrape(&server.host);
    assert_eq!(standing(&now, "app_history"), (0.0, 0.0, 1.0));
    assert_eq!(now.value("routix_projection_lag_events", &[("projection", "app_history")]), 1.0);
    assert_eq!(standing(&now, "token_validation"), (1.0, 1.0, 0.0));
    routix(folder.path(), &["projections", "resume", "app_history"]).done();
    until("it follows again", || (standing(&scrape(&server.host), "app_history") == (1.0, 1.0, 0.0)).then_some(()));
}
