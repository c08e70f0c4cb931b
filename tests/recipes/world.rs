//! The real program with its demo, behind a middleman that may change its answers.

use std::collections::BTreeMap;
use std::net::TcpListener;

use tempfile::TempDir;

use crate::middleman::{Change, Middleman};
use crate::running::{Server, command, facts};

pub(crate) struct World {
    /// What a recipe finds in its environment.
    pub(crate) facts: BTreeMap<String, String>,
    _server: Server,
    _folder: TempDir,
}

/// The program tells others its public URL alone, so that its address has to be known before.
fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

impl World {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::demo(folder.path());
        Self { facts: facts(folder.path()), _server: server, _folder: folder }
    }

    /// A demo whose clients reach it only through a middleman.
    pub(crate) fn behind(change: Change) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let middleman = Middleman::bind();
        let url = format!("http://{}", middleman.host);
        let address = free_address();
        let server = Server::start(command(folder.path(), &["demo", "--listen", &address, "--public-url", &url]));
        let mut facts = facts(folder.path());
        middleman.work(address, change);
        facts.insert("ROUTIX_URL".to_owned(), url);
        Self { facts, _server: server, _folder: folder }
    }

    pub(crate) fn fact(&self, name: &str) -> &str {
        &self.facts[&format!("ROUTIX_{name}")]
    }

    /// `host:port`.
    pub(crate) fn host(&self) -> &str {
        self.fact("URL").strip_prefix("http://").unwrap()
    }
}
