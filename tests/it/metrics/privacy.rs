//! Nothing at `/metrics` says who: no secret, no id, no address, and no word that a caller has typed.

use std::collections::BTreeMap;

use super::day;
use super::scrape::{Sample, scrape};
use crate::running::{Request, Server, facts, send};

/// With eight hex digits in a row, as every UUID and every secret has them.
fn is_like_an_id(value: &str) -> bool {
    let is_hex = |part: &str| part.len() >= 8 && part.chars().all(|c| c.is_ascii_hexdigit());
    value.split(|c: char| !c.is_ascii_alphanumeric()).any(is_hex)
}

#[test]
fn after_a_busy_day_it_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let names = day::live(&server, &facts(folder.path()));
    let now = scrape(&server.host);
    assert!(names.len() > 10);
    for name in &names {
        assert!(!now.text.contains(name.as_str()), "{name} in {}", now.text);
    }
    assert!(!now.text.contains('@'), "{}", now.text);
    for Sample { name, labels, .. } in &now.samples {
        for (label, value) in labels {
            assert!(!is_like_an_id(value), "{label}=\"{value}\" of {name}");
            let fits = match label.as_str() {
                "route" => value.starts_with('/') || value == "(none)",
                "method" => value.chars().all(|c| c.is_ascii_alphabetic()),
                "status" => value.parse::<u16>().is_ok(),
                "le" => value == "+Inf" || value.parse::<f64>().is_ok(),
                "version" => value.split('.').all(|part| part.parse::<u32>().is_ok()),
                _ => value.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
            };
            assert!(fits, "{label}=\"{value}\" of {name}");
        }
    }
}

#[test]
fn the_check_of_ids_finds_them() {
    for id in
        ["01a203c8-e602-7c4a-9783-fa54a24f5d22", "/x/01a203c8-e602-7c4a-9783-fa54a24f5d22/y", "routix_0123456789abcdef"]
    {
        assert!(is_like_an_id(id), "{id}");
    }
    assert!(!is_like_an_id("/organizations/{organization_id}/apps"));
}

#[test]
fn what_callers_make_up_makes_no_new_series() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let ask = |number: u32| {
        for request in [
            Request::new("GET", &format!("/nowhere/{number}")),
            Request::new(&format!("BREW{number}"), "/"),
            Request::new("GET", &format!("/rest/v1/oauth_apps/{number}/events")),
            Request::new("POST", "/oauth/token").form(&format!("grant_type=g{number}&client_id={number}")),
        ] {
            send(&server.host, &request);
        }
    };
    ask(0);
    let series = || {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        scrape(&server.host).samples.into_iter().for_each(|sample| *count.entry(sample.name).or_default() += 1);
        count
    };
    // The first look is a request too, and so has a series from the second on.
    series();
    let before = series();
    (1..20).for_each(ask);
    let of = |count: &BTreeMap<String, usize>, name: &str| count[name];
    for name in
        ["routix_http_requests_total", "routix_http_request_duration_seconds_count", "routix_tokens_refused_total"]
    {
        assert_eq!(of(&series(), name), of(&before, name), "{name}");
    }
}
