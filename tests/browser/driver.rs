//! One ChromeDriver for all tests, and commands to it (W3C WebDriver).

use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use serde_json::{Value, json};

use crate::running::{Request, Server, send, until};

/// The member that names an element (WebDriver, 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

static SHARED: Mutex<Weak<Driver>> = Mutex::new(Weak::new());

/// How often it looks for a port.
const PORTS: usize = 10;
const TAKEN: &str = "port not available";

/// A running ChromeDriver. It ends with the last test that uses it, also when that one fails.
pub(crate) struct Driver(Server);

impl Driver {
    /// The one that runs, or a new one.
    pub(crate) fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let driver = Arc::new(Self::start());
            *shared = Arc::downgrade(&driver);
            driver
        })
    }

    /// It takes a free port of IPv6 first, and ends when somebody has the same one of IPv4; then there are others.
    fn start() -> Self {
        (0..PORTS).find_map(|_| Self::start_once()).unwrap_or_else(|| panic!("ChromeDriver finds no port"))
    }

    fn start_once() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let mut server = Server::spawn(command);
        server.host = until("ChromeDriver says where it listens", || {
            let has_ended = server.has_ended();
            let stdout = server.stdout();
            if has_ended {
                assert!(stdout.contains(TAKEN), "ChromeDriver has ended: {stdout} {}", server.stderr());
                return Some(None);
            }
            let (_, told) = stdout.split_once("started successfully on port ")?;
            Some(Some(format!("127.0.0.1:{}", told.split_once('.')?.0)))
        })?;
        Some(Self(server))
    }

    /// One command and its value, or the error that the browser answered with.
    fn ask(&self, request: &Request) -> Result<Value, String> {
        let answer = send(&self.0.host, request);
        let mut json = answer.json();
        match answer.status {
            200 => Ok(json["value"].take()),
            _ => Err(format!("{} {}: {}", request.method, request.path, json["value"]["message"])),
        }
    }
}

impl Drop for Driver {
    /// Killed at once it would leave behind a browser that did not end; asked first it ends them all.
    fn drop(&mut self) {
        let host = self.0.host.clone();
        // On a thread of its own, because a second panic while a test fails would hide the first.
        let _ = thread::spawn(move || send(&host, &Request::new("GET", "/shutdown"))).join();
    }
}

/// What ChromeDriver says of an element whose page has gone: the second, when it goes while the driver looks.
const GONE: [&str; 2] = ["stale element", "does not belong to the document"];

/// One browser of the driver.
pub(crate) struct Session {
    driver: Arc<Driver>,
    path: String,
}

impl Session {
    pub(crate) fn start(capabilities: &Value) -> Self {
        let driver = Driver::shared();
        let body = json!({"capabilities": {"alwaysMatch": capabilities}});
        let started = driver.ask(&Request::new("POST", "/session").json(&body)).unwrap();
        let id = started["sessionId"].as_str().unwrap();
        Self { path: format!("/session/{id}"), driver }
    }

    pub(crate) fn get(&self, what: &str) -> Value {
        self.driver.ask(&Request::new("GET", &format!("{}{what}", self.path))).unwrap()
    }

    pub(crate) fn post(&self, what: &str, body: &Value) -> Value {
        self.driver.ask(&Request::new("POST", &format!("{}{what}", self.path)).json(body)).unwrap()
    }

    /// Something of an element, unless the element is gone.
    pub(crate) fn get_of(&self, element: &str, what: &str) -> Option<Value> {
        let request = Request::new("GET", &format!("{}/element/{element}/{what}", self.path));
        match self.driver.ask(&request) {
            Ok(value) => Some(value),
            Err(error) => {
                assert!(GONE.iter().any(|gone| error.contains(gone)), "{error}");
                None
            }
        }
    }

    /// A command of the DevTools protocol.
    pub(crate) fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// The elements that a CSS selector finds now.
    pub(crate) fn elements(&self, css: &str) -> Vec<String> {
        let found = self.post("/elements", &json!({"using": "css selector", "value": css}));
        found.as_array().unwrap().iter().map(|element| element[ELEMENT].as_str().unwrap().to_owned()).collect()
    }

    /// Ends the browser.
    pub(crate) fn end(&self) {
        let mut request = Request::new("DELETE", &self.path);
        request.headers.push(("Content-Length".to_owned(), "0".to_owned()));
        self.driver.ask(&request).unwrap();
    }
}
