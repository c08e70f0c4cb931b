//! The integrator's app, as far as a browser sees it: a page at its callback, and pages that a test gives it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::running::until;

const CALLBACK: &str = "/callback";

/// What was asked for: the target of the request line and the headers, their names in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) target: String,
    pub(crate) headers: BTreeMap<String, String>,
}

/// A listener on a free port. It ends with the test binary: all that it holds is a port and a thread that waits.
pub(crate) struct Listener {
    /// `http://127.0.0.1:port`, or the same with `[::1]`.
    pub(crate) origin: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

/// Where a listener will be.
pub(crate) struct Reserved(TcpListener);

impl Reserved {
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    pub(crate) fn with_pages(self, pages: &[(&str, &str)]) -> Listener {
        Listener::on(self.0, pages)
    }
}

impl Listener {
    pub(crate) fn start() -> Self {
        Self::with_pages(&[])
    }

    pub(crate) fn on_ipv6() -> Self {
        Self::at("[::1]:0", &[])
    }

    /// Answers each of these paths with its HTML.
    pub(crate) fn with_pages(pages: &[(&str, &str)]) -> Self {
        Self::at("127.0.0.1:0", pages)
    }

    /// A port, for pages that have to name what has to know them first.
    pub(crate) fn reserve() -> Reserved {
        Reserved(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn at(address: &str, pages: &[(&str, &str)]) -> Self {
        Self::on(TcpListener::bind(address).unwrap(), pages)
    }

    fn on(listener: TcpListener, pages: &[(&str, &str)]) -> Self {
        let mut pages: BTreeMap<String, String> =
            pages.iter().map(|(path, page)| ((*path).to_owned(), (*page).to_owned())).collect();
        pages.insert(CALLBACK.to_owned(), "<title>App</title><h1>You are back in the app</h1>".to_owned());
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (pages, heard) = (Arc::new(pages), Arc::<Mutex<Vec<Heard>>>::default());
        let memory = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (pages, memory) = (Arc::clone(&pages), Arc::clone(&memory));
                // Browsers open connections before they have anything to ask; none of them may hold up the others.
                thread::spawn(move || serve(&stream, &pages, &memory));
            }
        });
        Self { origin, heard }
    }

    /// Where the app wants the user to be sent back to.
    pub(crate) fn callback(&self) -> String {
        format!("{}{CALLBACK}", self.origin)
    }

    /// The request for a path, as soon as it is there.
    pub(crate) fn asked_for(&self, path: &str) -> Heard {
        let is_it = |heard: &&Heard| heard.target.split('?').next() == Some(path);
        until(&format!("the app is asked for {path}"), || self.heard.lock().unwrap().iter().find(is_it).cloned())
    }

    /// What the user brought back to the app.
    pub(crate) fn brought_back(&self) -> BTreeMap<String, String> {
        let target = self.asked_for(CALLBACK).target;
        let query = target.split_once('?').map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// Everything that was asked for so far.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|heard| heard.target.clone()).collect()
    }
}

/// Answers one request. A browser that goes away in the middle of it is none of the test's business.
fn serve(mut stream: &TcpStream, pages: &BTreeMap<String, String>, memory: &Mutex<Vec<Heard>>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let Some(target) = lines.next().and_then(|line| Some(line.split(' ').nth(1)?.to_owned())) else { return };
    let head = lines.take_while(|line| !line.is_empty());
    let pairs = head.filter_map(|line| Some(line.split_once(": ")?).map(|(n, v)| (n.to_lowercase(), v.to_owned())));
    let headers = pairs.collect();
    let page = pages.get(target.split('?').next().unwrap_or_default());
    let (status, page) = page.map_or(("404 Not Found", ""), |page| ("200 OK", page.as_str()));
    memory.lock().unwrap().push(Heard { target, headers });
    // With an icon of its own, so that the browser does not ask for one.
    let body = format!("<!doctype html><meta charset=utf-8><link rel=icon href=data:,>{page}");
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\nConnection: close\r\n");
    let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
}
