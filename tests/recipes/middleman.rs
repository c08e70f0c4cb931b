//! Between a client and the program: hands requests and answers on, and changes one thing in them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// In what a server differs from ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Nothing,
    /// Its failures are `application/problem+json`.
    ProblemDocuments,
    /// It comes back from the consent page with another `iss` than its metadata have.
    OtherIssuer,
    /// It revokes with `204`.
    EmptyRevocation,
    /// It takes the two halves of HTTP Basic as they are, without decoding them.
    RawBasic,
}

/// A request or an answer, whole.
struct Message {
    /// The first line.
    start: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

pub(crate) struct Middleman {
    /// `host:port`.
    pub(crate) host: String,
    listener: TcpListener,
}

impl Middleman {
    pub(crate) fn bind() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self { host: listener.local_addr().unwrap().to_string(), listener }
    }

    /// Begins to work. It ends with the test binary: all that it holds is a port and a thread that waits.
    pub(crate) fn work(self, server: String, change: Change) {
        thread::spawn(move || {
            for stream in self.listener.incoming().flatten() {
                let server = server.clone();
                // A client that goes away in the middle of it is none of the test's business.
                thread::spawn(move || serve(&stream, &server, change));
            }
        });
    }
}

fn serve(mut stream: &TcpStream, server: &str, change: Change) -> Option<()> {
    let request = read(stream)?;
    let path = request.start.split(' ').nth(1)?.to_owned();
    let mut answer = if change == Change::RawBasic && request.has_escaped_basic() {
        Message::refusal()
    } else {
        let mut upstream = TcpStream::connect(server).ok()?;
        write(&mut upstream, &request)?;
        read(&upstream)?
    };
    answer.change(&path, change);
    write(&mut stream, &answer)
}

impl Message {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(header, _)| header != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Whether its HTTP Basic credentials are escaped, as RFC 6749, 2.3.1 has it.
    fn has_escaped_basic(&self) -> bool {
        let encoded = self.header("authorization").and_then(|value| value.strip_prefix("Basic "));
        encoded.and_then(|text| STANDARD.decode(text).ok()).is_some_and(|pair| pair.contains(&b'%'))
    }

    fn refusal() -> Self {
        let headers = [("content-type", "application/json"), ("www-authenticate", "Basic realm=\"wrong\"")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let start = "HTTP/1.1 401 Unauthorized".to_owned();
        Self { start, headers, body: b"{\"error\":\"invalid_client\"}".to_vec() }
    }

    fn change(&mut self, path: &str, change: Change) {
        let failed = self.start.split(' ').nth(1).is_some_and(|status| status.starts_with('4'));
        match change {
            Change::ProblemDocuments if failed => self.set("content-type", "application/problem+json"),
            Change::EmptyRevocation if path.ends_with("/oauth/revoke") => {
                self.start = "HTTP/1.1 204 No Content".to_owned();
                self.headers.retain(|(name, _)| name != "content-type");
                self.body.clear();
            }
            Change::OtherIssuer => {
                let location = self.header("location").map(|location| location.replace("iss=http%3A", "iss=https%3A"));
                if let Some(location) = location {
                    self.set("location", &location);
                }
            }
            Change::Nothing | Change::ProblemDocuments | Change::EmptyRevocation | Change::RawBasic => {}
        }
    }
}

fn read(stream: &TcpStream) -> Option<Message> {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned())
    };
    let start = line().filter(|line| !line.is_empty())?;
    let mut headers = Vec::new();
    loop {
        let line = line()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut message = Message { start, headers, body: Vec::new() };
    let length = message.header("content-length").and_then(|length| length.parse().ok()).unwrap_or_default();
    message.body.resize(length, 0);
    reader.read_exact(&mut message.body).ok()?;
    Some(message)
}

/// One request and one answer a connection.
fn write(stream: &mut impl Write, message: &Message) -> Option<()> {
    let mut text = format!("{}\r\n", message.start);
    for (name, value) in &message.headers {
        if !matches!(name.as_str(), "content-length" | "connection" | "keep-alive") {
            text += &format!("{name}: {value}\r\n");
        }
    }
    text += "connection: close\r\n";
    if !message.start.contains(" 204 ") && !message.start.contains(" 304 ") {
        text += &format!("content-length: {}\r\n", message.body.len());
    }
    stream.write_all(text.as_bytes()).ok()?;
    stream.write_all(b"\r\n").ok()?;
    stream.write_all(&message.body).ok()
}
