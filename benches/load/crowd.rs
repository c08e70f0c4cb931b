//! Load by threads that each have a connection and know what they were answered: for requests that follow from the answer
//! before, and for rates that are kept whatever the server does.
//!
//! A thread a connection costs more than wrk does, and it costs the yardstick as much.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::wrk::{Counted, Request};

/// Somebody who sends one request after the other.
pub(crate) trait Visitor: Send {
    /// The next request; `None` when there is none.
    fn next(&mut self) -> Option<Vec<u8>>;

    /// The body of its answer.
    fn answered(&mut self, body: &[u8]);
}

/// Sends the same request for ever.
pub(crate) struct Again(pub(crate) Vec<u8>);

impl Visitor for Again {
    fn next(&mut self) -> Option<Vec<u8>> {
        Some(self.0.clone())
    }

    fn answered(&mut self, _body: &[u8]) {}
}

/// A request as it goes over the line.
pub(crate) fn bytes(request: &Request) -> Vec<u8> {
    let headers: String = request.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let (method, path, body) = (request.method, &request.path, &request.body);
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
        .into()
}

struct Line {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Line {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, read: Vec::with_capacity(8_192) }
    }

    /// Sends a request and returns the body of the answer, which must be a good one.
    fn ask(&mut self, request: &[u8]) -> &[u8] {
        self.stream.write_all(request).unwrap();
        self.read.clear();
        loop {
            let mut part = [0; 8_192];
            let length = self.stream.read(&mut part).unwrap();
            assert!(length > 0, "the connection was closed");
            self.read.extend_from_slice(&part[..length]);
            let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&self.read[..end]).unwrap();
            let mut lines = head.split("\r\n");
            assert!(lines.next().unwrap().starts_with("HTTP/1.1 2"), "{}", String::from_utf8_lossy(&self.read));
            let length = lines.find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
            });
            let body = end + 4;
            if self.read.len() >= body + length.unwrap_or_default() {
                return &self.read[body..];
            }
        }
    }
}

fn counted(mut took: Vec<Duration>, whole: Duration) -> Counted {
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    let requests = u64::try_from(took.len()).unwrap();
    Counted { requests, a_second: requests as f64 / whole.as_secs_f64(), p50: at(0.5), p99: at(0.99) }
}

/// Each visitor sends his next request as soon as he was answered, for so long.
pub(crate) fn rush(address: SocketAddr, visitors: &mut [Box<dyn Visitor>], limit: Duration) -> Counted {
    let began = Instant::now();
    let took = thread::scope(|scope| {
        let threads: Vec<_> = visitors
            .iter_mut()
            .map(|visitor| {
                scope.spawn(move || {
                    let (mut line, mut took) = (Line::open(address), Vec::new());
                    while began.elapsed() < limit
                        && let Some(request) = visitor.next()
                    {
                        let asked = Instant::now();
                        let body = line.ask(&request);
                        took.push(asked.elapsed());
                        visitor.answered(body);
                    }
                    took
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    counted(took, began.elapsed())
}

/// So many requests a second, whether or not those before were answered: times count from when each was due.
pub(crate) fn steady(
    address: SocketAddr,
    visitors: &mut [Box<dyn Visitor>],
    (rate, limit): (u32, Duration),
) -> Counted {
    let (began, count) = (Instant::now() + Duration::from_millis(20), u32::try_from(visitors.len()).unwrap());
    let pause = Duration::from_secs(1) * count / rate;
    let took = thread::scope(|scope| {
        let threads: Vec<_> = visitors
            .iter_mut()
            .zip(0..)
            .map(|(visitor, place)| {
                scope.spawn(move || {
                    let (mut line, mut took) = (Line::open(address), Vec::new());
                    let mut due = began + pause * place / count;
                    while due < began + limit
                        && let Some(request) = visitor.next()
                    {
                        thread::sleep(due.saturating_duration_since(Instant::now()));
                        let body = line.ask(&request);
                        took.push(due.elapsed());
                        visitor.answered(body);
                        due += pause;
                    }
                    took
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    counted(took, began.elapsed())
}
