//! The program, started as a demo and stopped as a service manager would.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// Far more than anything here takes on an idle machine.
const LIMIT: Duration = Duration::from_secs(90);

/// A running demo. It is killed when it goes out of scope.
pub(super) struct Program {
    child: Child,
    folder: TempDir,
    pub(super) facts: BTreeMap<String, String>,
    http: reqwest::blocking::Client,
}

impl Program {
    pub(super) fn start(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_routix-telemetry"));
        command.args(["demo", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path().join("data")).args(settings);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ROUTIX_")) {
            command.env_remove(name);
        }
        // A machine on which all tests run has more to do than it can.
        command.env("ROUTIX_SHED_AFTER_MS", "0");
        let child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let http = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
        let mut program = Self { child, folder, facts: BTreeMap::new(), http };
        let began = Instant::now();
        while program.facts.is_empty() {
            assert!(program.child.try_wait().unwrap().is_none(), "{}", program.log());
            assert!(began.elapsed() < LIMIT, "{}", program.log());
            thread::park_timeout(Duration::from_millis(5));
            program.facts = program.read_facts();
        }
        program
    }

    fn read_facts(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.folder.path().join("data/demo.env")).unwrap_or_default();
        let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        let facts: BTreeMap<_, _> = text.lines().filter_map(pair).collect();
        let answers = facts.get("ROUTIX_URL").is_some_and(|url| self.http.get(format!("{url}/healthz")).send().is_ok());
        if answers { facts } else { BTreeMap::new() }
    }

    /// Sends one request and returns its status and body.
    pub(super) fn send(&self, (method, path): (&str, &str), headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.facts["ROUTIX_URL"]);
        let mut request = self.http.request(method.parse().unwrap(), url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = request.send().unwrap();
        (answer.status().as_u16(), answer.json().unwrap_or_default())
    }

    /// Stops it and returns its log.
    pub(super) fn stop(mut self) -> String {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < LIMIT, "{}", self.log());
            thread::park_timeout(Duration::from_millis(5));
        };
        assert_eq!(status.code(), Some(0), "{}", self.log());
        self.log()
    }

    fn log(&self) -> String {
        let mut log = String::new();
        fs::File::open(self.folder.path().join("log")).unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // One that has ended cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
