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

    /// The body of its answer, if that was a good one; otherwise the next request may be the same.
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

    /// Sends a request that was due, and shows the visitor what came of it.
    fn turn(&mut self, visitor: &mut dyn Visitor, request: &[u8], (began, due): (Instant, Instant)) -> Answer {
        Answer::of(self.ask(request), visitor, (began, due))
    }

    /// Sends a request and returns the status and the body of the answer.
    fn ask(&mut self, request: &[u8]) -> (u16, &[u8]) {
        self.stream.write_all(request).unwrap();
        self.read.clear();
        loop {
            let mut part = [0; 8_192];
            let length = self.stream.read(&mut part).unwrap();
            assert!(length > 0, "the connection was closed");
            self.read.extend_from_slice(&part[..length]);
            if let Some((status, body)) = whole(&self.read) {
                return (status, &self.read[body..]);
            }
        }
    }
}

/// The status of an answer and where its body begins, once all of it is there.
pub(crate) fn whole(read: &[u8]) -> Option<(u16, usize)> {
    let end = read.windows(4).position(|four| four == b"\r\n\r\n")?;
    let mut lines = std::str::from_utf8(&read[..end]).unwrap().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    let body = end + 4;
    (read.len() >= body + length.unwrap_or_default()).then_some((status, body))
}

/// An answer to a request that was due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    /// When it was due, from the beginning on.
    pub(crate) due: Duration,
    /// From then until it was answered.
    pub(crate) took: Duration,
    pub(crate) status: u16,
}

impl Answer {
    /// What came just now of a request that was due, which the visitor is shown.
    pub(crate) fn of(
        (status, body): (u16, &[u8]),
        visitor: &mut dyn Visitor,
        (began, due): (Instant, Instant),
    ) -> Self {
        let answer = Self { due: due.saturating_duration_since(began), took: due.elapsed(), status };
        if answer.is_good() {
            visitor.answered(body);
        }
        answer
    }

    pub(crate) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Nobody may have been refused.
pub(crate) fn counted(answers: &[Answer]) -> Counted {
    let bad = answers.iter().find(|answer| !answer.is_good());
    assert!(bad.is_none(), "not all were answered well: {bad:?}");
    let mut took: Vec<Duration> = answers.iter().map(|answer| answer.took).collect();
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    let requests = u64::try_from(took.len()).unwrap();
    let whole = answers.iter().map(|answer| answer.due + answer.took).max().unwrap();
    Counted { requests, a_second: requests as f64 / whole.as_secs_f64(), p50: at(0.5), p99: at(0.99) }
}

/// Each visitor sends his next request as soon as he was answered, for so long.
pub(crate) fn rush(address: SocketAddr, visitors: &mut [Box<dyn Visitor>], limit: Duration) -> Counted {
    let began = Instant::now();
    counted(&together(address, visitors, |visitor, _, line| {
        let mut answers = Vec::new();
        while began.elapsed() < limit
            && let Some(request) = visitor.next()
        {
            answers.push(line.turn(visitor, &request, (began, Instant::now())));
        }
        answers
    }))
}

/// So many requests a second, whether or not those before were answered: times count from when each was due.
pub(crate) fn steady(
    address: SocketAddr,
    visitors: &mut [Box<dyn Visitor>],
    (rate, limit): (u32, Duration),
) -> Vec<Answer> {
    let (began, count) = (Instant::now() + Duration::from_millis(20), u32::try_from(visitors.len()).unwrap());
    let pause = Duration::from_secs(1) * count / rate;
    together(address, visitors, |visitor, place, line| {
        let mut answers = Vec::new();
        let mut due = began + pause * place / count;
        while due < began + limit
            && let Some(request) = visitor.next()
        {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            answers.push(line.turn(visitor, &request, (began, due)));
            due += pause;
        }
        answers
    })
}

/// Each visitor in a thread and on a line of his own; what all of them were answered.
fn together(
    address: SocketAddr,
    visitors: &mut [Box<dyn Visitor>],
    visit: impl Fn(&mut dyn Visitor, u32, &mut Line) -> Vec<Answer> + Sync,
) -> Vec<Answer> {
    let visit = &visit;
    thread::scope(|scope| {
        let threads: Vec<_> = visitors
            .iter_mut()
            .zip(0..)
            .map(|(visitor, place)| scope.spawn(move || visit(&mut **visitor, place, &mut Line::open(address))))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}
