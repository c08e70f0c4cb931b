//! Where a day is lived, and everything that is written there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use routix_test_postgres::Cluster;
use tempfile::TempDir;

use crate::running::{Ran, Server, command, run};

/// What was written, and where.
pub(super) type Written = (String, Vec<u8>);

pub(super) struct Place {
    folder: TempDir,
    cluster: Option<Cluster>,
}

impl Place {
    pub(super) fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), cluster: None }
    }

    /// In a PostgreSQL that writes every statement down.
    pub(super) fn postgres() -> Self {
        Self { cluster: Some(Cluster::logging()), ..Self::sqlite() }
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for what commands write.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn is_sqlite(&self) -> bool {
        self.cluster.is_none()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = command(&self.data(), words);
        if let Some(cluster) = &self.cluster {
            command.env("ROUTIX_DATABASE_URL", format!("postgres://routix@127.0.0.1:{}/routix", cluster.port()));
        }
        command.env("ROUTIX_LOG", "trace");
        command
    }

    /// Runs a command with something on its standard input.
    pub(super) fn routix(&self, words: &[&str], input: &str) -> Ran {
        run(self.command(words), input)
    }

    /// The demo, at its loudest.
    pub(super) fn start(&self) -> Server {
        Server::start(self.command(&["demo", "--listen", "127.0.0.1:0"]))
    }

    /// What any process of this machine's user can see of the server.
    pub(super) fn of_process(&self, server: &Server) -> Vec<Written> {
        let of = |name: &str| {
            let path = format!("/proc/{}/{name}", server.id());
            (path.clone(), fs::read(path).unwrap())
        };
        ["cmdline", "environ"].map(of).into()
    }

    /// Stops the server; what it said after its welcome, which is for whoever started it.
    pub(super) fn stopped(&self, server: Server) -> Vec<Written> {
        let ran = server.stop();
        let (_, after) = ran.stdout.split_once("Ctrl-C stops it").unwrap();
        assert!(ran.stderr.contains("/functions/v1/oauth-token"), "requests are logged");
        for query in ["grant_type=password", "?limit", "name=eq", "access_token="] {
            assert!(!ran.stderr.contains(query), "the query {query} is in the log");
        }
        vec![("standard output".to_owned(), after.as_bytes().to_vec()), ("the log".to_owned(), ran.stderr.into_bytes())]
    }

    /// All files but those that are there to hold secrets.
    pub(super) fn files(&self) -> Vec<Written> {
        let mut found = Vec::new();
        read(self.folder.path(), &mut found);
        assert!(found.iter().any(|(name, _)| name.contains("identity.db")) == self.is_sqlite());
        if let Some(cluster) = &self.cluster {
            read(cluster.folder(), &mut found);
            let has = |part: &str| found.iter().any(|(name, _)| name.contains(part));
            assert!(has("pg_wal/0") && has("server.log") && has("/base/"));
        }
        found
    }
}

fn read(folder: &Path, found: &mut Vec<Written>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let holds_secrets = path.ends_with("demo.env") || path.ends_with("keys");
        if path.is_dir() && !holds_secrets {
            read(&path, found);
        } else if path.is_file() && !holds_secrets {
            // A database may have removed it since it was named.
            let Ok(bytes) = fs::read(&path) else { continue };
            found.push((path.display().to_string(), bytes));
        }
    }
}
