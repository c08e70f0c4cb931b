//! A site in a PostgreSQL behind a line.

use std::ops::Deref;

use routix_test_postgres::{Cluster, Scratch};

use super::client::Client;
use super::link::Link;
use super::site::{OWNER, PASSWORD, Site};
use crate::running::Server;

/// Where the database is.
enum Place {
    /// In the cluster of all tests, which it is in until it goes away.
    Shared {
        _scratch: Scratch,
    },
    Own(Cluster),
}

pub(super) struct House {
    site: Site,
    place: Place,
    pub(super) link: Link,
}

impl Deref for House {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl House {
    /// In a database of the cluster of all tests.
    pub(super) async fn new() -> Self {
        let scratch = Scratch::new();
        let url = scratch.url();
        let (_, database) = url.rsplit_once('/').unwrap();
        let link = Link::to(port_of(&url)).await;
        Self { site: site(&link, database), place: Place::Shared { _scratch: scratch }, link }
    }

    /// In a cluster of its own.
    pub(super) async fn alone() -> Self {
        let cluster = Cluster::new();
        let link = Link::to(cluster.port()).await;
        Self { site: site(&link, "routix"), place: Place::Own(cluster), link }
    }

    pub(super) fn cluster(&self) -> &Cluster {
        match &self.place {
            Place::Own(cluster) => cluster,
            Place::Shared { .. } => panic!("this cluster is the others' too"),
        }
    }

    /// The owner, signed in at a server.
    pub(super) async fn owner(&self, server: &Server) -> Client {
        Client::signed_in(&server.host, OWNER, PASSWORD).await
    }
}

/// At the other end of the line.
fn site(link: &Link, database: &str) -> Site {
    Site::new(Some(format!("postgres://routix:the-password@127.0.0.1:{}/{database}", link.port)))
}

fn port_of(url: &str) -> u16 {
    let authority = url.split('/').nth(2).unwrap();
    authority.rsplit(':').next().unwrap().parse().unwrap()
}
