//! The ledger: a file to which lines are added.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::command::Command;
use crate::door::Outcome;

/// A command was sent, or something became known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// `key` is its `Idempotency-Key`. One that is `wrong` must be refused.
    Invoke {
        id: u64,
        key: Option<String>,
        command: Command,
        wrong: bool,
    },
    Ok {
        id: u64,
        answer: Value,
    },
    Fail {
        id: u64,
        status: u16,
    },
    /// Nobody knows: the server said that it cannot do it now, or nothing.
    Info {
        id: u64,
        why: String,
    },
}

/// Those who write into it share it.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    next: u64,
}

impl Ledger {
    /// A new ledger in a folder.
    ///
    /// # Panics
    /// When the file cannot be made.
    pub fn new(folder: &Path) -> Self {
        let path = folder.join("ledger.jsonl");
        let file = OpenOptions::new().create_new(true).append(true).open(&path).unwrap();
        Self { path, open: Mutex::new(Open { file, next: 1 }) }
    }

    /// Says that a command is being sent.
    pub(crate) fn invoke(&self, command: &Command, key: Option<&str>, wrong: bool) -> u64 {
        let mut open = self.open.lock().unwrap();
        let id = open.next;
        open.next += 1;
        let key = key.map(str::to_owned);
        open.add(&Line::Invoke { id, key, command: command.clone(), wrong });
        id
    }

    /// Says what became of it.
    pub(crate) fn close(&self, id: u64, outcome: &Outcome) {
        let line = match outcome.clone() {
            Outcome::Ok(answer) => Line::Ok { id, answer },
            Outcome::Fail(status) => Line::Fail { id, status },
            Outcome::Info(why) => Line::Info { id, why },
        };
        self.open.lock().unwrap().add(&line);
    }

    /// All lines, in their order.
    ///
    /// # Panics
    /// When it is no ledger.
    pub fn lines(&self) -> Vec<Line> {
        let text = fs::read_to_string(&self.path).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Open {
    fn add(&mut self, line: &Line) {
        let mut text = serde_json::to_vec(line).unwrap();
        text.push(b'\n');
        self.file.write_all(&text).unwrap();
    }
}
