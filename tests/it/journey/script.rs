//! Running a page: steps of a request and its answer, in order, with what one step keeps for the next.
//!
//! A step is a title (`###`), a request (a request line, headers, an empty line, a body) or a command that begins with
//! `curl`, then `=> STATUS`, headers that the answer must begin with, an empty line, and the answer. After it may stand
//! `claims` with the payload of the answer's access token, `begins TEXT` for the first bytes of the answer, and
//! `keep NAME POINTER`. `{{NAME}}` is what was kept or what `demo.env` says; `{{basic ID SECRET}}` is RFC 7617's.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::answer::differences;
use crate::running::{Answer, Request, Server, facts, payload, send};

/// A demo and what is known about it so far.
pub(super) struct Journey {
    pub(super) server: Server,
    pub(super) known: BTreeMap<String, String>,
    home: tempfile::TempDir,
    /// How many steps were taken.
    pub(super) steps: usize,
}

impl Journey {
    /// A demo of its own.
    pub(super) fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let server = Server::demo(&home.path().join("data"));
        let known = facts(&home.path().join("data"));
        // curl reads this beside the command, which so stays as it is printed.
        fs::write(home.path().join(".curlrc"), "silent\nshow-error\nwrite-out = \"\\n%{http_code}\"\n").unwrap();
        Self { server, known, home, steps: 0 }
    }

    pub(super) fn data(&self) -> std::path::PathBuf {
        self.home.path().join("data")
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.known.get(name).unwrap_or_else(|| panic!("nothing is known of {name}"))
    }

    /// Runs every step of a page.
    pub(super) fn page(&mut self, text: &str) {
        for step in text.split("\n### ").skip(1) {
            let (title, step) = step.split_once('\n').unwrap();
            let step = self.fill(step);
            let (request, expected) = step.split_once("\n=> ").unwrap_or_else(|| panic!("{title}: no answer"));
            let answer = self.run(request.trim_start());
            self.judge(title, expected, &answer);
            self.steps += 1;
        }
    }

    fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").unwrap();
            filled += before;
            filled += &match name.split(' ').collect::<Vec<_>>()[..] {
                ["basic", id, secret] => STANDARD.encode(format!("{}:{}", self.get(id), self.get(secret))),
                _ => self.get(name).to_owned(),
            };
            rest = after;
        }
        filled + rest
    }

    fn run(&self, request: &str) -> Answer {
        if request.starts_with("curl ") {
            return self.curl(request);
        }
        let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let mut lines = head.lines();
        let (method, path) = lines.next().and_then(|line| line.split_once(' ')).unwrap();
        let mut request = Request::new(method, path);
        request.headers = lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.into(), v.into())).collect();
        request.body = body.trim().to_owned();
        send(&self.server.host, &request)
    }

    fn curl(&self, command: &str) -> Answer {
        let output = self.bash(command);
        let (text, status) = output.rsplit_once('\n').unwrap();
        Answer { status: status.trim().parse().unwrap(), headers: Vec::new(), text: text.to_owned() }
    }

    /// What bash prints for a command, as a reader of the page would run it.
    pub(super) fn bash(&self, command: &str) -> String {
        let there = Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success());
        assert!(there, "curl is missing: the guides' commands are run with the real one");
        let output = Command::new("bash").args(["-c", command]).env("HOME", self.home.path()).output().unwrap();
        assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn judge(&mut self, title: &str, expected: &str, answer: &Answer) {
        let (head, rest) = expected.split_once("\n\n").unwrap_or((expected, ""));
        let mut head = head.trim().lines();
        assert_eq!(head.next(), Some(answer.status.to_string().as_str()), "{title}: {}", answer.text);
        for (name, value) in head.filter_map(|line| line.split_once(": ")) {
            let header = answer.header(name).unwrap_or_else(|| panic!("{title}: no {name}"));
            assert!(header.starts_with(value), "{title}: {name}: {header}");
        }
        let (mut json, mut claims, mut in_claims) = (String::new(), String::new(), false);
        for line in rest.lines() {
            if let Some((name, pointer)) = line.strip_prefix("keep ").and_then(|line| line.split_once(' ')) {
                self.known.insert(name.to_owned(), answer.at(pointer));
            } else if let Some(begin) = line.strip_prefix("begins ") {
                assert!(answer.text.starts_with(begin), "{title}: {}", answer.text);
            } else if line == "claims" {
                in_claims = true;
            } else if in_claims {
                claims += line;
            } else {
                json += line;
            }
        }
        if json.trim().is_empty() {
            assert_eq!(answer.text, "", "{title}: no body");
        } else {
            compare(title, &json, &answer.json());
        }
        if in_claims {
            compare(&format!("{title}: claims"), &claims, &payload(&answer.at("/access_token")));
        }
    }
}

fn compare(title: &str, printed: &str, actual: &Value) {
    let printed = serde_json::from_str(printed).unwrap_or_else(|error| panic!("{title}: {error} in {printed}"));
    let found = differences("", &printed, actual);
    assert!(found.is_empty(), "{title}\n{}", found.join("\n"));
}

/// A page among the fixtures.
pub(super) fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/journey/fixtures");
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
