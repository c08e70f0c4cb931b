//! S3: requests that never end and answers that nobody reads. Others are answered meanwhile, and no socket stays.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use super::sizes::sample;
use crate::running::{Request, Server, command, facts, send, until};

/// Sockets, as far as this process may have them: the program has as many.
const WANTED: usize = 2_000;
/// Files that both have besides.
const OTHERS: usize = 200;
/// Connections whose answers nobody reads, and how many answers each asks for: more than the kernel keeps for it.
const UNREAD: usize = 20;
const ANSWERS: usize = 150;

/// What each begins with, one after the other.
const BEGINNINGS: [&str; 8] = [
    "",
    "G",
    "GET /healthz HTTP/1.1",
    "GET /healthz HTTP/1.1\r\nHost: a\r\n",
    "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ",
    "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
    "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
];
/// Those of them whose body stops coming.
const BODIES: [usize; 2] = [5, 6];

fn limit_of_files() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    line.split_whitespace().nth(3).unwrap().parse().unwrap_or(WANTED + OTHERS)
}

fn is_answered(server: &Server, credentials: &str) {
    assert_eq!(send(&server.host, &Request::new("GET", "/healthz")).status, 200);
    assert_eq!(send(&server.host, &Request::new("POST", "/oauth2/token").form(credentials)).status, 200);
}

#[test]
fn s3_what_never_ends_is_ended_and_others_are_answered_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(command(folder.path(), &["demo", "--listen", "127.0.0.1:0"]));
    let facts = facts(folder.path());
    let (id, secret) = (&facts["ROUTIX_CLIENT_ID"], &facts["ROUTIX_CLIENT_SECRET"]);
    let credentials = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    is_answered(&server, &credentials);
    let before = sample(&server, "process_open_fds");

    let unread: Vec<TcpStream> = (0..UNREAD).map(|_| nobody_reads(&server)).collect();
    let wanted = WANTED.min(limit_of_files().saturating_sub(OTHERS));
    let mut half_open: Vec<TcpStream> = Vec::new();
    for number in 0..wanted {
        let mut stream = TcpStream::connect(&server.host).unwrap();
        stream.write_all(BEGINNINGS[number % BEGINNINGS.len()].as_bytes()).unwrap();
        half_open.push(stream);
        if number % 500 == 0 {
            is_answered(&server, &credentials);
        }
    }
    assert!(sample(&server, "process_open_fds") > before + UNREAD as f64, "they are open");
    is_answered(&server, &credentials);

    for (number, stream) in half_open.iter_mut().enumerate() {
        stream.set_read_timeout(Some(std::time::Duration::from_secs(90))).unwrap();
        let mut told = Vec::new();
        // A reset is an end too.
        match stream.read_to_end(&mut told) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "it is still open"),
        }
        if BODIES.contains(&(number % BEGINNINGS.len())) {
            let told = String::from_utf8(told).unwrap();
            assert!(told.starts_with("HTTP/1.1 408 ") && told.contains("\"request_timeout\""), "{told}");
        }
    }
    is_answered(&server, &credentials);
    until("the program has no socket left of those", || {
        (sample(&server, "process_open_fds") <= before + 5.0).then_some(())
    });
    drop(unread);
    is_answered(&server, &credentials);
    server.stop();
}

/// A connection on which more is asked for than the kernel keeps, and nothing is read.
fn nobody_reads(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(&server.host).unwrap();
    let asked = "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n".repeat(ANSWERS);
    stream.set_nonblocking(true).unwrap();
    // What does not fit is not sent; enough of it does.
    let _ = stream.write(asked.as_bytes());
    stream
}
