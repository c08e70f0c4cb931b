//! The database is slow, or says nothing at all.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::task::spawn_blocking;

use super::client::{App, Client};
use super::house::House;
use super::link::Mode;
use super::site::BRANCH;
use crate::metrics::scrape::{Scrape, admin_host, scrape};
use crate::running::Server;
use crate::support::until;

const DELAY: Duration = Duration::from_millis(300);
/// So many ask at once, which is more than there are connections.
const CROWD: usize = 60;
/// What a server has at most: its pools together.
const CONNECTIONS: usize = 80;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f8_a_slow_database_makes_everything_slow_and_nothing_wrong() {
    let house = House::new().await;
    let server = house.serve();
    let owner = house.owner(&server).await.patient();
    let old = owner.registered("Slow").await;
    house.link.set(Mode::Slow(DELAY));
    let new = App { secret: owner.rotate(&old).await.done().at("/client_secret"), ..old.clone() };
    assert_eq!(owner.token(&old).await.status, 401);
    let token = owner.token(&new).await.done().at("/access_token");
    owner.create(&token, (BRANCH, "Slow")).await.done();
    assert_eq!(owner.accounts_named(&token, (BRANCH, "Slow")).await, 1);
    until("the server is ready", async || owner.look("/readyz").await.status == 200).await;
    house.link.set(Mode::Open);
    house.verify();
    server.stop();
}

/// Everybody is told that nothing can be done, and nobody waits for long: not for an answer, and not for those before him.
async fn holds_out(owner: &Client, app: &App, token: &str) {
    for _ in 0..2 {
        let (tokens, registered, listed, alive, ready) = tokio::join!(
            join_all((0..CROWD).map(|_| owner.token(app))),
            owner.register("in-the-silence"),
            owner.list(token, BRANCH),
            owner.look("/healthz"),
            owner.look("/readyz"),
        );
        for answer in tokens.into_iter().chain([registered, listed]) {
            assert!(!answer.is_done(), "{answer:?}");
        }
        assert_eq!((alive.status.as_u16(), ready.status.as_u16()), (200, 503), "{ready:?}");
        ready.says_nothing_of_the_database();
    }
}

/// Everything works again, and nobody has helped.
async fn recovers(owner: &Client, app: &App, token: &str) {
    until("tokens are given", async || owner.token(app).await.is_done()).await;
    until("apps are registered", async || owner.register("after-the-silence").await.is_done()).await;
    until("records are listed", async || owner.list(token, BRANCH).await.is_done()).await;
    until("the server is ready", async || owner.look("/readyz").await.status == 200).await;
    for answer in join_all((0..CROWD).map(|_| owner.token(app))).await {
        answer.done();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f8_a_line_on_which_nothing_arrives_keeps_nobody_and_is_replaced() {
    let house = House::new().await;
    let server = house.serve();
    let owner = house.owner(&server).await;
    let app = owner.registered("Silent").await;
    let token = owner.token(&app).await.done().at("/access_token");
    // Somebody is in the middle of a change when it begins.
    let changing = tokio::spawn({
        let owner = owner.clone();
        async move { while owner.register("Changing").await.is_done() {} }
    });
    house.link.set(Mode::Hole);
    changing.await.unwrap();
    holds_out(&owner, &app, &token).await;
    house.link.set(Mode::Open);
    recovers(&owner, &app, &token).await;
    until("the dead connections are gone", async || house.link.connections() <= CONNECTIONS).await;
    house.verify();
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f8_a_database_that_stands_still_keeps_nobody_and_is_used_again_when_it_goes_on() {
    let house = House::alone().await;
    let server = house.serve();
    let owner = house.owner(&server).await;
    let app = owner.registered("Silent").await;
    let token = owner.token(&app).await.done().at("/access_token");
    house.cluster().freeze();
    holds_out(&owner, &app, &token).await;
    house.cluster().thaw();
    recovers(&owner, &app, &token).await;
    house.verify();
    server.stop();
}

async fn measured(host: &str) -> Scrape {
    let host = host.to_owned();
    spawn_blocking(move || scrape(&host)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_silent_database_does_not_say_is_missing_from_the_metrics() {
    const LOOKED_UP: [&str; 4] = [
        "routix_log_head",
        "routix_projection_position",
        "routix_projection_lag_seconds",
        "routix_seal_waiting_events",
    ];
    let house = House::new().await;
    let mut serving = house.serving();
    serving.args(["--admin-listen", "127.0.0.1:0"]);
    let server = Server::start(serving);
    let admin = admin_host(&server);
    let before = measured(&admin).await;
    assert_eq!(LOOKED_UP.map(|name| before.names(name)), [true; 4]);
    assert_eq!(before.value("routix_log_takes_appends", &[]), 1.0);
    house.link.set(Mode::Hole);
    let silent = measured(&admin).await;
    assert_eq!(LOOKED_UP.map(|name| silent.names(name)), [false; 4], "an old number looks like a good one");
    assert_eq!(silent.value("routix_log_takes_appends", &[]), 0.0);
    assert!(silent.names("routix_http_requests_total") && silent.names("routix_pool_waiters"));
    house.link.set(Mode::Open);
    until("it is known again", async || {
        let now = measured(&admin).await;
        LOOKED_UP.iter().all(|name| now.names(name))
    })
    .await;
    server.stop();
}
