//! Reading `/metrics` as Prometheus does.

use std::collections::BTreeMap;

use crate::running::{Request, Server, send, until};

/// One number, what it is called and what it is of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

pub(crate) struct Scrape {
    pub(crate) text: String,
    pub(crate) samples: Vec<Sample>,
}

/// What a server answers at `/metrics`, at `host:port`.
pub(crate) fn scrape(host: &str) -> Scrape {
    let answer = send(host, &Request::new("GET", "/metrics"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let lines = answer.text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    Scrape { samples: lines.map(sample).collect(), text: answer.text }
}

impl Scrape {
    /// The number of a name with at least these labels; there must be exactly one.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let found: Vec<_> = self.samples.iter().filter(|sample| sample.name == name && sample.has(labels)).collect();
        assert_eq!(found.len(), 1, "{name} {labels:?} in {}", self.text);
        found[0].value
    }

    pub(crate) fn names(&self, name: &str) -> bool {
        self.samples.iter().any(|sample| sample.name == name)
    }
}

impl Sample {
    fn has(&self, labels: &[(&str, &str)]) -> bool {
        labels.iter().all(|(label, value)| self.labels.get(*label).is_some_and(|of| of == value))
    }
}

/// `name{label="value",…} number`; no value of ours has a quote in it.
fn sample(line: &str) -> Sample {
    let (named, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
    let (name, labels) = named.split_once('{').unwrap_or((named, ""));
    let pairs = labels.trim_end_matches('}').split("\",").filter(|pair| !pair.is_empty());
    let pair = |pair: &str| {
        let (label, value) = pair.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
        (label.to_owned(), value.trim_end_matches('"').to_owned())
    };
    Sample { name: name.to_owned(), labels: pairs.map(pair).collect(), value: value.parse().unwrap() }
}

/// Where a server says that operators find its doors.
pub(crate) fn admin_host(server: &Server) -> String {
    until("the server says where operators find it", || {
        let told = server.stderr();
        let line = told.lines().find(|line| line.starts_with("operators find "))?;
        Some(line.rsplit_once(' ')?.1.to_owned())
    })
}
