//! Who sees `/metrics`: operators at their own address, and whoever tries out a demo on his own machine.

use super::scrape::{admin_host, scrape};
use crate::running::{Request, Server, command, routix, run, send, until};

const SERVE: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--public-url", "https://api.example.com"];

fn status(host: &str, method: &str, path: &str) -> u16 {
    send(host, &Request::new(method, path)).status
}

#[test]
fn operators_have_doors_of_their_own_and_nobody_else_has_metrics() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["keys", "rotate"]).done();
    let mut serve = command(folder.path(), &SERVE);
    serve.env("ROUTIX_ADMIN_LISTEN", "127.0.0.1:0");
    let server = Server::start(serve);
    let admin = admin_host(&server);
    assert_ne!(admin, server.host);
    assert_eq!(scrape(&admin).value("routix_projection_follows", &[("projection", "members")]), 1.0);
    for (path, at_public, at_admin) in [
        ("/metrics", 404, 200),
        ("/healthz", 200, 200),
        ("/readyz", 200, 200),
        ("/", 303, 404),
        ("/sign-in", 200, 404),
        ("/.well-known/oauth-authorization-server", 200, 404),
        ("/rest/v1/oauth_apps", 401, 404),
    ] {
        assert_eq!((status(&server.host, "GET", path), status(&admin, "GET", path)), (at_public, at_admin), "{path}");
    }
    assert_eq!(status(&admin, "POST", "/oauth/token"), 404);
    assert_eq!(status(&admin, "POST", "/metrics"), 405);
    server.stop();
    assert!(std::net::TcpStream::connect(&admin).is_err(), "it is closed with the other one");
}

#[test]
fn a_server_without_such_an_address_has_no_metrics() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["keys", "rotate"]).done();
    let server = Server::serve(folder.path());
    assert_eq!(status(&server.host, "GET", "/metrics"), 404);
}

#[test]
fn a_demo_shows_them_where_it_listens_unless_others_can_reach_it_or_operators_have_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    assert!(scrape(&server.host).names("routix_build_info"));
    server.stop();

    let demo = command(folder.path(), &["demo", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    let server = Server::start(demo);
    assert_eq!(status(&server.host, "GET", "/metrics"), 404);
    assert!(scrape(&admin_host(&server)).names("routix_build_info"));
    server.stop();

    let open = Server::spawn(command(folder.path(), &["demo", "--listen", "0.0.0.0:0"]));
    let port = until("the demo says where it listens", || {
        let told = open.stdout();
        let (_, after) = told.split_once("http://0.0.0.0:").filter(|_| told.contains("Ctrl-C stops it"))?;
        after.split(|c: char| !c.is_ascii_digit()).next().map(str::to_owned)
    });
    let host = format!("127.0.0.1:{port}");
    assert_eq!((status(&host, "GET", "/healthz"), status(&host, "GET", "/metrics")), (200, 404));
}

#[test]
fn an_address_that_is_taken_is_named() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["keys", "rotate"]).done();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = command(folder.path(), &[&SERVE[..], &["--admin-listen", &address, "--log", "warn"]].concat());
    let refusal = run(serve, "").refusal();
    assert!(refusal.contains(&address), "{refusal}");
}
