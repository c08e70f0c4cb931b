//! F12: the program may open few files, and people take all of them.

use std::net::TcpStream;

use routix_test_postgres::Scratch;

use super::client::Client;
use super::site::{BRANCH, OWNER, PASSWORD, Site};
use crate::running::Server;
use crate::support::until;

const FILES: usize = 128;
const CROWD: usize = 200;

async fn survives_without_files(site: Site) {
    let mut server = Server::start(site.serving_after(&format!("ulimit -n {FILES}")));
    let owner = Client::signed_in(&server.host, OWNER, PASSWORD).await;
    let app = owner.registered("Reading").await;
    let token = owner.token(&app).await.done().at("/access_token");
    // They are in the queue of the system, those whom the program cannot take any more.
    let crowd: Vec<TcpStream> = (0..CROWD).filter_map(|_| TcpStream::connect(&server.host).ok()).collect();
    assert!(crowd.len() > FILES);
    let open = format!("/proc/{}/fd", server.id());
    until("it has opened all it may", async || std::fs::read_dir(&open).unwrap().count() >= FILES - 2).await;
    assert!(!server.has_ended());
    drop(crowd);
    until("it serves again", async || owner.register_if_any("after").await.is_some_and(|answer| answer.is_done()))
        .await;
    assert_eq!(owner.apps_named("after").await.len(), 1);
    owner.list(&token, BRANCH).await.done();
    assert_eq!(owner.look("/readyz").await.status, 200);
    let ran = server.stop();
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    site.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f12_a_server_without_files_to_open_waits_and_goes_on_on_sqlite() {
    survives_without_files(Site::new(None)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f12_a_server_without_files_to_open_waits_and_goes_on_on_postgresql() {
    let scratch = Scratch::new();
    survives_without_files(Site::new(Some(scratch.url()))).await;
}
