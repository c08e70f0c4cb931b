//! One organization, its owner and its branch, and the program that serves them.

use std::path::Path;
use std::process::Command;

use routix_test_ledger::{Fault, Line, Person, check};
use serde_json::Value;
use tempfile::TempDir;

use crate::running::{Ran, Server, command, run};

pub(crate) const OWNER: &str = "ann@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery staple";
pub(crate) const BRANCH: &str = "RTM00001";

/// Gone with its test.
pub(crate) struct Site {
    folder: TempDir,
    /// The PostgreSQL that it is in, if it is in one.
    url: Option<String>,
}

impl Site {
    /// In a database, or in files of its own.
    pub(crate) fn new(url: Option<String>) -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap(), url };
        site.routix(&["keys", "rotate"]).done();
        let user = ["user", "create", "--email", OWNER, "--name", "Ann de Vries", "--password-file", "-"];
        run(site.command(&user), PASSWORD).done();
        let organization = site.routix(&["organization", "create", "--name", "Vos", "--owner", OWNER]).done();
        let organization = organization.trim();
        let branch = ["branch", "open", "--organization", organization, "--name", "Rotterdam", "--public-id", BRANCH];
        site.routix(&branch).done();
        site
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program at this site, without limits that would stand in the way of many. A refresh whose answer was lost may come
    /// again for as long as can be set: on a busy machine, a program that is killed and started takes its time.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(self.folder(), arguments);
        command.envs([("ROUTIX_API_RATE_LIMIT", "0"), ("ROUTIX_FAILURE_LIMIT", "0")]);
        command.env("ROUTIX_REFRESH_RETRY_SECONDS", "60");
        command.envs(self.url.iter().map(|url| ("ROUTIX_DATABASE_URL", url)));
        command
    }

    /// Runs one command to its end.
    pub(crate) fn routix(&self, arguments: &[&str]) -> Ran {
        run(self.command(arguments), "")
    }

    /// How `serve` is started here.
    pub(crate) fn serving(&self) -> Command {
        self.command(&["serve", "--listen", "127.0.0.1:0", "--public-url", "https://api.example.com"])
    }

    /// The same, by a shell that does something before: limits, and what signals do, stay with a process.
    pub(crate) fn serving_after(&self, script: &str) -> Command {
        let serving = self.serving();
        let mut command = Command::new("bash");
        command.args(["-euc", &format!("{script}; exec \"$0\" \"$@\"")]);
        command.arg(serving.get_program()).args(serving.get_args());
        for (name, value) in serving.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    pub(crate) fn serve(&self) -> Server {
        Server::start(self.serving())
    }

    /// The owner, signed in at a server.
    pub(crate) async fn person(&self, server: &Server) -> Person {
        Person::signed_in(&server.host, (OWNER, PASSWORD), BRANCH).await
    }

    /// Whether the log and what was made of it are whole.
    pub(crate) fn verify(&self) {
        self.routix(&["events", "verify"]).done();
        self.routix(&["projections", "verify"]).done();
    }

    /// The whole log, oldest first.
    pub(crate) fn events(&self) -> Vec<Value> {
        let text = self.routix(&["events", "export", "--out", "-"]).done();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.filter(|line: &Value| line["event_id"].is_string()).collect()
    }

    /// Holds a ledger to what is there.
    pub(crate) async fn faults(&self, lines: &[Line], (person, server): (&Person, &Server)) -> Vec<Fault> {
        check(lines, &self.events(), &person.records(&server.host).await)
    }
}
