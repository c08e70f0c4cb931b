//! One organization, its owner and its branch, in a PostgreSQL behind a line, and the program that serves them.

use std::process::Command;

use routix_test_postgres::{Cluster, Scratch};
use tempfile::TempDir;

use super::client::Client;
use super::link::Link;
use crate::running::{Ran, Server, command, run};

const OWNER: &str = "ann@example.com";
const PASSWORD: &str = "correct horse battery staple";
pub(super) const BRANCH: &str = "RTM00001";

/// Where the database is.
enum Place {
    /// In the cluster of all tests.
    Shared(Scratch),
    Own(Cluster),
}

pub(super) struct House {
    folder: TempDir,
    place: Place,
    pub(super) link: Link,
}

impl House {
    /// In a database of the cluster of all tests.
    pub(super) async fn new() -> Self {
        let scratch = Scratch::new();
        let server = port_of(&scratch.url());
        Self::built(Place::Shared(scratch), Link::to(server).await)
    }

    /// In a cluster of its own.
    pub(super) async fn alone() -> Self {
        let cluster = Cluster::new();
        let server = cluster.port();
        Self::built(Place::Own(cluster), Link::to(server).await)
    }

    fn built(place: Place, link: Link) -> Self {
        let house = Self { folder: tempfile::tempdir().unwrap(), place, link };
        house.routix(&["keys", "rotate"]).done();
        let user = ["user", "create", "--email", OWNER, "--name", "Ann de Vries", "--password-file", "-"];
        run(house.command(&user), PASSWORD).done();
        let organization = house.routix(&["organization", "create", "--name", "Vos", "--owner", OWNER]).done();
        let organization = organization.trim();
        let branch = ["branch", "open", "--organization", organization, "--name", "Rotterdam", "--public-id", BRANCH];
        house.routix(&branch).done();
        house
    }

    pub(super) fn cluster(&self) -> &Cluster {
        match &self.place {
            Place::Own(cluster) => cluster,
            Place::Shared(_) => panic!("this cluster is the others' too"),
        }
    }

    /// The program on this database, at the other end of the line.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let database = match &self.place {
            Place::Shared(scratch) => scratch.url().rsplit('/').next().unwrap().to_owned(),
            Place::Own(_) => "routix".to_owned(),
        };
        let mut command = command(self.folder.path(), arguments);
        let url = format!("postgres://routix:the-password@127.0.0.1:{}/{database}", self.link.port);
        command.env("ROUTIX_DATABASE_URL", url).env("ROUTIX_API_RATE_LIMIT", "0").env("ROUTIX_FAILURE_LIMIT", "0");
        command
    }

    /// Runs one command to its end.
    pub(super) fn routix(&self, arguments: &[&str]) -> Ran {
        run(self.command(arguments), "")
    }

    /// How `serve` is started here.
    pub(super) fn serving(&self) -> Command {
        self.command(&["serve", "--listen", "127.0.0.1:0", "--public-url", "https://api.example.com"])
    }

    pub(super) fn serve(&self) -> Server {
        Server::start(self.serving())
    }

    /// The owner, signed in at a server.
    pub(super) async fn owner(&self, server: &Server) -> Client {
        Client::signed_in(&server.host, OWNER, PASSWORD).await
    }

    /// Whether the log and what was made of it are whole.
    pub(super) fn verify(&self) {
        self.routix(&["events", "verify"]).done();
        self.routix(&["projections", "verify"]).done();
    }
}

fn port_of(url: &str) -> u16 {
    let authority = url.split('/').nth(2).unwrap();
    authority.rsplit(':').next().unwrap().parse().unwrap()
}
