//! The rules for Prometheus and the dashboard for Grafana speak of what is printed, with labels that it has.

use std::collections::{BTreeMap, BTreeSet};

use routix_test_postgres::Scratch;
use serde_json::Value;

use super::day;
use super::scrape::{Scrape, scrape};
use crate::running::{Server, command, facts, until};

const ALERTS: &str = include_str!("../../../.operate/alerts.yaml");
const DASHBOARD: &str = include_str!("../../../.operate/dashboard.json");
/// What Prometheus puts beside ours.
const OF_PROMETHEUS: [&str; 2] = ["job", "instance"];

/// The values of one key of the rules.
fn of_alerts(key: &str) -> Vec<&'static str> {
    ALERTS
        .lines()
        .filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix(key)?.strip_prefix(": "))
        .collect()
}

fn of_dashboard() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.filter(|panel| panel["type"] != "row").flat_map(|panel| {
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{panel}");
        targets.clone()
    });
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The metrics that an expression names, and the labels by which it chooses among them.
fn named(expression: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find(is_word) {
        let word: String = rest[start..].chars().take_while(|c| is_word(*c)).collect();
        rest = &rest[start + word.len()..];
        let chosen = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or("", |(chosen, _)| chosen);
        let labels = chosen.split(',').filter_map(|one| Some(one.split_once('=')?.0.trim().to_owned())).collect();
        if word.starts_with("routix_") || word.starts_with("process_") {
            found.push((word, labels));
        }
    }
    found
}

/// What is wrong with an expression, in the light of what was printed.
fn faults(expression: &str, known: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let named = named(expression);
    let mut faults = Vec::new();
    if named.is_empty() {
        faults.push("names nothing of ours".to_owned());
    }
    for (name, labels) in named {
        let Some(has) = known.get(&name) else {
            faults.push(format!("{name} is not printed"));
            continue;
        };
        let missing = labels.iter().filter(|label| !has.contains(*label) && !OF_PROMETHEUS.contains(&label.as_str()));
        faults.extend(missing.map(|label| format!("{name} has no label {label}")));
    }
    faults
}

fn known(printed: &Scrape) -> BTreeMap<String, BTreeSet<String>> {
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for sample in &printed.samples {
        known.entry(sample.name.clone()).or_default().extend(sample.labels.keys().cloned());
    }
    known
}

/// A server on PostgreSQL after a day: only there are there pools.
fn printed() -> Scrape {
    let (folder, scratch) = (tempfile::tempdir().unwrap(), Scratch::new());
    let mut demo = command(folder.path(), &["demo", "--listen", "127.0.0.1:0"]);
    demo.env("ROUTIX_DATABASE_URL", scratch.url());
    let server = Server::start(demo);
    day::live(&server, &facts(folder.path()));
    until("there is a checkpoint", || {
        Some(scrape(&server.host)).filter(|one| one.names("routix_checkpoint_age_seconds"))
    })
}

#[test]
fn whatever_rules_and_dashboard_name_is_printed() {
    let known = known(&printed());
    let (alerts, panels) = (of_alerts("expr"), of_dashboard());
    assert!(alerts.len() >= 15 && panels.len() >= 30, "{} and {}", alerts.len(), panels.len());
    for expression in alerts.iter().map(|alert| (*alert).to_owned()).chain(panels) {
        assert_eq!(faults(&expression, &known), [""; 0], "{expression}");
    }
    let expressions = of_alerts("expr").join(" ") + &of_dashboard().join(" ");
    let ours = known.keys().filter(|name| name.starts_with("routix_") && !name.ends_with("_sum"));
    let unseen: Vec<_> = ours.filter(|name| !expressions.contains(name.trim_end_matches("_count"))).collect();
    assert_eq!(unseen, [""; 0], "printed, and on no panel");
}

#[test]
fn every_alert_says_how_bad_it_is_what_it_means_and_what_to_do() {
    let alerts = of_alerts("alert");
    assert_eq!(alerts.iter().collect::<BTreeSet<_>>().len(), alerts.len(), "each name once");
    for key in ["expr", "labels", "summary", "action"] {
        assert_eq!(of_alerts(key).len(), alerts.len(), "{key}");
    }
    for severity in of_alerts("labels") {
        assert!(["{severity: critical}", "{severity: warning}"].contains(&severity), "{severity}");
    }
}

#[test]
fn the_check_of_expressions_finds_what_is_not_there() {
    let known = BTreeMap::from([("routix_a_total".to_owned(), BTreeSet::from(["kind".to_owned()]))]);
    let faults = |expression| faults(expression, &known);
    assert_eq!(faults("sum by (kind) (rate(routix_a_total{kind=\"x\", job=\"y\"}[5m]))"), [""; 0]);
    assert_eq!(faults("routix_a_total / routix_b_total"), ["routix_b_total is not printed"]);
    assert_eq!(faults("routix_a_total{sort=~\"x|y\"}"), ["routix_a_total has no label sort"]);
    assert_eq!(faults("up == 0"), ["names nothing of ours"]);
}
