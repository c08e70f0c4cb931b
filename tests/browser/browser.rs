//! A browser with a fresh profile, and what a person does with it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use std::{fs, panic};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::driver::Session;
use crate::running::until;
use crate::turn::Turn;

pub(crate) const TAB: &str = "\u{e004}";
pub(crate) const ENTER: &str = "\u{e007}";
pub(crate) const SPACE: &str = " ";
pub(crate) const WIDE: u32 = 1_280;
pub(crate) const NARROW: u32 = 320;

/// For a page to come; a slow machine is no fault.
const PATIENCE: Duration = Duration::from_secs(30);

const ARGUMENTS: [&str; 8] = [
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Containers often have little shared memory.
    "--disable-dev-shm-usage",
];

/// Whose browser it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    /// The languages he reads, as in `Accept-Language`.
    pub(crate) languages: &'static str,
    pub(crate) has_scripts: bool,
}

impl Person {
    pub(crate) const ENGLISH: Self = Self { languages: "en", has_scripts: true };
    pub(crate) const DUTCH: Self = Self { languages: "nl", has_scripts: true };
    pub(crate) const WITHOUT_SCRIPTS: Self = Self { languages: "en", has_scripts: false };
}

/// A running browser. It ends when it goes out of scope; then the test fails if a page was complained about and the test has
/// not asked, and a test that has failed leaves a picture.
pub(crate) struct Browser {
    session: Session,
    _turn: Turn,
}

impl Browser {
    pub(crate) fn of(person: Person) -> Self {
        let turn = Turn::wait();
        let mut arguments = ARGUMENTS.map(str::to_owned).to_vec();
        arguments.extend([format!("--lang={}", person.languages), format!("--window-size={WIDE},900")]);
        if is_root() {
            // Chromium refuses to start as root with its sandbox, and all it opens here are pages of these tests.
            arguments.push("--no-sandbox".to_owned());
        }
        let mut preferences = json!({"intl.accept_languages": person.languages});
        if !person.has_scripts {
            preferences["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let session = Session::start(&json!({
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": arguments, "prefs": preferences},
        }));
        Self { session, _turn: turn }
    }

    pub(crate) fn goto(&self, url: &str) {
        self.session.post("/url", &json!({"url": url}));
    }

    pub(crate) fn url(&self) -> String {
        self.session.get("/url").as_str().unwrap().to_owned()
    }

    pub(crate) fn title(&self) -> String {
        self.session.get("/title").as_str().unwrap().to_owned()
    }

    /// Goes back, as with the button.
    pub(crate) fn back(&self) {
        self.session.post("/back", &json!({}));
    }

    pub(crate) fn count(&self, css: &str) -> usize {
        self.session.elements(css).len()
    }

    /// The text of an element as it is read, as soon as it is there.
    pub(crate) fn text(&self, css: &str) -> String {
        self.of_element(css, "text").as_str().unwrap().to_owned()
    }

    pub(crate) fn attribute(&self, css: &str, name: &str) -> Option<String> {
        self.of_element(css, &format!("attribute/{name}")).as_str().map(str::to_owned)
    }

    /// Waits until an element reads like this: the way to the page that has it may lead over others.
    pub(crate) fn reads(&self, css: &str, wanted: &str) {
        let mut text = String::new();
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            text = self.text(css);
            if text == wanted {
                return;
            }
        }
        panic!("{css} reads {text:?} and not {wanted:?} at {}", self.url());
    }

    fn of_element(&self, css: &str, what: &str) -> Value {
        until(&format!("there is {css} at {}", self.url()), || {
            let element = self.session.elements(css).into_iter().next()?;
            // An element may go with its page between the two questions.
            self.session.get_of(&element, what)
        })
    }

    fn element(&self, css: &str) -> String {
        until(&format!("there is {css} at {}", self.url()), || self.session.elements(css).into_iter().next())
    }

    pub(crate) fn click(&self, css: &str) {
        self.session.post(&format!("/element/{}/click", self.element(css)), &json!({}));
    }

    pub(crate) fn fill(&self, css: &str, text: &str) {
        let element = self.element(css);
        self.session.post(&format!("/element/{element}/clear"), &json!({}));
        self.session.post(&format!("/element/{element}/value"), &json!({"text": text}));
    }

    /// Types into whatever has the focus.
    pub(crate) fn press(&self, keys: &str) {
        let key = |kind: &str, key: char| json!({"type": kind, "value": key});
        let actions: Vec<Value> = keys.chars().flat_map(|c| [key("keyDown", c), key("keyUp", c)]).collect();
        self.session.post("/actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}));
    }

    /// The value of an expression of JavaScript. The protocol runs it even where pages may not run any.
    pub(crate) fn value(&self, expression: &str) -> Value {
        let answer =
            self.session.devtools("Runtime.evaluate", &json!({"expression": expression, "returnByValue": true}));
        answer["result"]["value"].clone()
    }

    /// What an expression of JavaScript promises, as soon as it is there.
    pub(crate) fn promised(&self, expression: &str) -> Value {
        let parameters = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.session.devtools("Runtime.evaluate", &parameters);
        assert!(answer.get("exceptionDetails").is_none(), "{answer}");
        answer["result"]["value"].clone()
    }

    /// Loads the page again, as with the button; a form that made it is not sent again.
    pub(crate) fn reload(&self) {
        self.session.post("/refresh", &json!({}));
    }

    /// The tag, name or text of what has the focus: what a person who uses the keyboard knows of where he is.
    pub(crate) fn focus(&self) -> String {
        let what = "(e => e.name && e.tagName === 'INPUT' ? e.name : e.textContent.trim())(document.activeElement)";
        self.value(what).as_str().unwrap_or_default().to_owned()
    }

    /// The text of each frame in the page.
    pub(crate) fn frame_texts(&self) -> Vec<String> {
        let frames = 0..self.count("iframe");
        let texts = frames.map(|frame| {
            self.session.post("/frame", &json!({"id": frame}));
            let text = self.text("body");
            self.session.post("/frame", &json!({"id": null}));
            text
        });
        texts.collect()
    }

    /// From now on the window has this width, and the person likes it dark or light. He likes nothing to move, so that no
    /// picture shows a colour on its way to another, and his scroll bars take no room, as on a phone.
    pub(crate) fn look(&self, width: u32, is_dark: bool) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.session.devtools("Emulation.setDeviceMetricsOverride", &size);
        self.session.devtools("Emulation.setScrollbarsHidden", &json!({"hidden": true}));
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.session.devtools("Emulation.setEmulatedMedia", &json!({"features": features}));
    }

    /// What the browser had against the pages since the last time it was asked: scripts and styles that it refused, forms
    /// that it did not send, addresses that it did not go to. A status like 401 is none of it.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut found = Vec::new();
        // The log is written some time after the fact. Once it has a line of ours, it has all that came before.
        let last = "nothing more was seen";
        self.value(&format!("console.info({last:?})"));
        until("the log is up to date", || {
            let log = self.session.post("/se/log", &json!({"type": "browser"}));
            let entries = log.as_array().unwrap().iter().filter(|entry| entry["source"] != "network");
            found.extend(entries.map(|entry| (entry["level"] == "INFO", entry["message"].to_string())));
            found.iter().any(|(_, text): &(bool, String)| text.contains(last)).then_some(())
        });
        // What it merely tells, such as that it cleared its cache as it was asked to, is nothing against a page.
        found.into_iter().filter(|(is_told, _)| !is_told).map(|(_, text)| text).collect()
    }

    /// Saves a picture of the whole page, not only of what the window shows.
    pub(crate) fn shot(&self, name: &str) -> PathBuf {
        let picture = self.session.devtools("Page.captureScreenshot", &json!({"captureBeyondViewport": true}));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{name}.png"));
        fs::write(&path, STANDARD.decode(picture["data"].as_str().unwrap()).unwrap()).unwrap();
        path
    }
}

impl Drop for Browser {
    #[expect(clippy::print_stderr, reason = "whoever reads of a failed test wants to see its page")]
    fn drop(&mut self) {
        let test = thread::current().name().unwrap_or("test").replace("::", "-");
        let has_failed = thread::panicking();
        // A panic in here while a test fails would end all tests; it may be the browser that has failed.
        let seen = panic::catch_unwind(panic::AssertUnwindSafe(|| {
            if has_failed {
                eprintln!("{} was open: {}", self.url(), self.shot(&format!("failed-{test}")).display());
            }
            self.complaints()
        }));
        let ended = panic::catch_unwind(panic::AssertUnwindSafe(|| self.session.end()));
        if !has_failed {
            assert_eq!(seen.unwrap(), [""; 0], "the browser had something against a page");
            ended.unwrap();
        }
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}
