//! Starting the program, and what is left when it has ended.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{env, fs};

use routix_test_postgres::Scratch;

/// Far more than anything here takes on an idle machine.
const LIMIT: Duration = Duration::from_secs(90);

/// The program under test, whichever of them the package of a test builds.
const PROGRAM: &str = {
    let programs = [
        option_env!("CARGO_BIN_EXE_routix"),
        option_env!("CARGO_BIN_EXE_routix-failpoints"),
        option_env!("CARGO_BIN_EXE_routix-power"),
    ];
    match programs {
        [Some(program), _, _] | [None, Some(program), _] | [None, None, Some(program)] => program,
        [None, None, None] => panic!("these tests build no program"),
    }
};

/// Asks again and again until there is an answer, within a bound.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(began.elapsed() < LIMIT, "waited in vain until {what}");
        thread::park_timeout(Duration::from_millis(2));
    }
}

/// The program on a data directory, without the settings of whoever runs the tests.
pub(crate) fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("ROUTIX_") {
            command.env_remove(name);
        }
    }
    // A machine on which all tests run has more to do than it can.
    command.env("ROUTIX_SHED_AFTER_MS", "0");
    command.args(arguments).arg("--data-dir").arg(data);
    if env::var_os("ROUTIX_TEST_DATABASE").is_some() {
        command.env("ROUTIX_DATABASE_URL", database_of(data));
    }
    command
}

/// With `ROUTIX_TEST_DATABASE=postgres` each data directory has a database of its own, until the cluster goes away.
fn database_of(data: &Path) -> String {
    static ALL: Mutex<BTreeMap<PathBuf, Scratch>> = Mutex::new(BTreeMap::new());
    ALL.lock().unwrap().entry(data.to_owned()).or_default().url()
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// What it printed, when it did what it was asked.
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// The one sentence with which it refused.
    pub(crate) fn refusal(self) -> String {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert_eq!(self.stdout, "", "data is all that goes to stdout");
        assert_eq!(self.stderr.lines().count(), 1, "one sentence: {self:?}");
        assert!(self.stderr.starts_with("error: "), "{self:?}");
        self.stderr
    }
}

/// Runs one command to its end.
pub(crate) fn routix(data: &Path, arguments: &[&str]) -> Ran {
    routix_with_input(data, arguments, "")
}

/// Runs one command with something on its standard input.
pub(crate) fn routix_with_input(data: &Path, arguments: &[&str], input: &str) -> Ran {
    run(command(data, arguments), input)
}

/// Runs a command that was made ready, with something on its standard input, to its end.
pub(crate) fn run(mut command: Command, input: &str) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// What `demo.env` says.
pub(crate) fn facts(data: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(data.join("demo.env")).unwrap();
    text.lines().filter_map(|line| line.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

type Text = Arc<Mutex<String>>;

/// A running server. It is killed when it goes out of scope.
pub(crate) struct Server {
    child: Child,
    /// `host:port`.
    pub(crate) host: String,
    stdout: Text,
    stderr: Text,
    readers: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts `routix demo` on a free port and waits for its welcome.
    pub(crate) fn demo(data: &Path) -> Self {
        Self::start(command(data, &["demo", "--listen", "127.0.0.1:0"]))
    }

    /// Starts `routix serve` on a free port and waits until it says where.
    pub(crate) fn serve(data: &Path) -> Self {
        Self::start(command(data, &["serve", "--listen", "127.0.0.1:0", "--public-url", "https://api.example.com"]))
    }

    /// Starts a server and waits until it says where it listens.
    pub(crate) fn start(command: Command) -> Self {
        let mut server = Self::spawn(command);
        server.host = until("the server says where it listens", || {
            if let Some(status) = server.child.try_wait().unwrap() {
                panic!("the server ended with {status}: {}", server.stderr());
            }
            let demo = server.stdout().contains("Ctrl-C stops it").then(|| server.stdout());
            let told = demo.or_else(|| Some(server.stderr()).filter(|text| text.contains("routix serves ")))?;
            let host = told.split_once("127.0.0.1:")?.1.split(|c: char| !c.is_ascii_digit()).next()?;
            Some(format!("127.0.0.1:{host}"))
        });
        server
    }

    /// Starts a server and does not wait.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (stdout, stderr) = (Text::default(), Text::default());
        let readers = vec![
            keep(child.stdout.take().unwrap(), Arc::clone(&stdout)),
            keep(child.stderr.take().unwrap(), Arc::clone(&stderr)),
        ];
        Self { child, host: String::new(), stdout, stderr, readers }
    }

    pub(crate) fn stdout(&self) -> String {
        self.stdout.lock().unwrap().clone()
    }

    pub(crate) fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Sends a signal: `INT`, `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status().unwrap();
        assert!(sent.success(), "kill -{name}");
    }

    /// Kills it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    pub(crate) fn ended(mut self) -> Ran {
        let status: ExitStatus = until("the server has ended", || self.child.try_wait().unwrap());
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        Ran { code: status.code(), stdout: self.stdout(), stderr: self.stderr() }
    }

    /// Stops it as an operator would.
    pub(crate) fn stop(self) -> Ran {
        self.signal("TERM");
        let ran = self.ended();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; there is nothing to do then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keep(mut pipe: impl Read + Send + 'static, text: Text) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut buffer = [0; 4_096];
        loop {
            match pipe.read(&mut buffer) {
                Ok(0) | Err(_) => return,
                Ok(read) => text.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..read])),
            }
        }
    })
}
