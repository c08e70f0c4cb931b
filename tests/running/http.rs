//! Requests as bytes, as curl puts them on the wire, and answers as they came.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use url::Url;

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: String::new() }
    }

    pub(crate) fn bearer(mut self, token: &str) -> Self {
        self.headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
        self
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        self.body = body.to_string();
        self
    }

    pub(crate) fn form(mut self, body: &str) -> Self {
        self.headers.push(("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
        self.body = body.to_owned();
        self
    }

    /// Everything before the body.
    pub(crate) fn head(&self, host: &str) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", self.method, self.path);
        head += "User-Agent: curl/8.5.0\r\nAccept: */*\r\n";
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        head + "\r\n"
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }

    /// The text at a JSON pointer.
    pub(crate) fn at(&self, pointer: &str) -> String {
        let json = self.json();
        let found = json.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {}", self.text));
        found.as_str().map_or_else(|| found.to_string(), str::to_owned)
    }

    /// Where it sends a browser.
    pub(crate) fn location(&self) -> Url {
        self.header("location").unwrap_or_else(|| panic!("no redirect: {}", self.text)).parse().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }
}

/// Sends a request to `host:port` on a connection of its own.
pub(crate) fn send(host: &str, request: &Request) -> Answer {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all((request.head(host) + &request.body).as_bytes()).unwrap();
    read_answer(&stream)
}

/// As [`send`], to a program that may hang up before it has read everything; `None` when the answer was lost by that.
pub(crate) fn try_send(host: &str, request: &Request) -> Option<Answer> {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // What it has answered can still be read when it takes no more.
    let _ = stream.write_all((request.head(host) + &request.body).as_bytes());
    let mut first = [0];
    match stream.peek(&mut first) {
        Ok(1) => Some(read_answer(&stream)),
        Ok(_) | Err(_) => None,
    }
}

/// Reads one answer.
pub(crate) fn read_answer(stream: &TcpStream) -> Answer {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    };
    let status_line = line();
    let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no answer: {status_line:?}"));
    let mut headers = Vec::new();
    loop {
        let header = line();
        let Some((name, value)) = header.split_once(':') else { break };
        headers.push((name.to_owned(), value.trim_start().to_owned()));
    }
    let mut answer = Answer { status, headers, text: String::new() };
    let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    answer.text = String::from_utf8(body).unwrap();
    answer
}

/// The part of a JWT at a place: 0 is its header, 1 its claims.
fn part(token: &str, place: usize) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(place).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The claims of a JWT.
pub(crate) fn payload(token: &str) -> Value {
    part(token, 1)
}

/// The id of the key that signed a JWT.
pub(crate) fn kid(token: &str) -> String {
    part(token, 0)["kid"].as_str().unwrap().to_owned()
}
