//! Ctrl-C and SIGTERM: requests under way are finished, new connections are refused, the exit code is 0.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::steps::app_token;
use crate::running::{Request, Server, facts, read_answer, until};

/// Sends half of a request, the signal, and then the other half.
fn drains(signal: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::demo(folder.path());
    let facts = facts(folder.path());
    let token = app_token(&server, &facts["ROUTIX_CLIENT_ID"], &facts["ROUTIX_CLIENT_SECRET"]);
    let request = Request::new("POST", "/functions/v1/api/v1/RS2RDH3B/accounts").bearer(&token);
    let mut request = request.json(&json!({"company_name": "Under way B.V."}));
    request.headers.push(("Expect".to_owned(), "100-continue".to_owned()));
    let (first, second) = request.body.split_at(10);
    let mut stream = TcpStream::connect(&server.host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all((request.head(&server.host)).as_bytes()).unwrap();
    // The server asks for the body when somebody in it waits for the body: the request is under way.
    assert_eq!(read_answer(&stream).status, 100);
    stream.write_all(first.as_bytes()).unwrap();
    server.signal(signal);
    until("new connections are refused", || TcpStream::connect(&server.host).is_err().then_some(()));
    assert!(!server.has_ended(), "a request is under way");
    stream.write_all(second.as_bytes()).unwrap();
    let answer = read_answer(&stream);
    assert_eq!((answer.status, answer.at("/data/company_name").as_str()), (201, "Under way B.V."));
    assert_eq!(answer.header("connection"), Some("close"), "the client learns that this was the last answer");
    drop(stream);
    let ran = server.ended();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stderr, "", "nothing went wrong");
    let server = Server::demo(folder.path());
    let path = "/functions/v1/api/v1/RS2RDH3B/accounts?company_name=Under%20way%20B.V.";
    let found = crate::running::send(&server.host, &Request::new("GET", path).bearer(&token));
    assert_eq!(found.at("/pagination/total"), "1", "what was answered is there");
}

#[test]
fn ctrl_c_lets_a_request_under_way_finish_and_exits_with_0() {
    drains("INT");
}

#[test]
fn sigterm_lets_a_request_under_way_finish_and_exits_with_0() {
    drains("TERM");
}

#[test]
fn a_connection_that_asks_nothing_does_not_hold_the_server_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let idle = TcpStream::connect(&server.host).unwrap();
    let began = std::time::Instant::now();
    assert_eq!(server.stop().stderr, "");
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    drop(idle);
}
