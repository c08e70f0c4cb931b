//! A PostgreSQL of a test's own, for what must not happen to the others: that it stops, or stands still.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use tempfile::TempDir;

/// The folder of `initdb` and `pg_ctl`.
const PROGRAMS: &str = "ROUTIX_TEST_POSTGRES_PROGRAMS";

/// A server with an empty database `routix`, on 127.0.0.1. Gone with its test.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    /// Whom its programs run as, when the test runs as root, which they refuse to.
    owner: Option<&'static str>,
    port: u16,
    /// Of its `postgres`, besides what each has.
    options: &'static str,
}

impl Cluster {
    /// A cluster that runs.
    ///
    /// # Panics
    /// When it cannot be made: a test that needs PostgreSQL is never passed over.
    pub fn new() -> Self {
        Self::with("")
    }

    /// A cluster that writes every statement down, with its parameters.
    ///
    /// # Panics
    /// As [`Self::new`].
    pub fn logging() -> Self {
        Self::with("-c log_statement=all")
    }

    fn with(options: &'static str) -> Self {
        let programs = std::env::var_os(PROGRAMS)
            .unwrap_or_else(|| panic!("{PROGRAMS} names no folder: run tests/with-postgres cargo test"));
        let folder = tempfile::Builder::new().prefix("routix-cluster.").tempdir().unwrap();
        let owner = is_root().then(|| if has_user("postgres") { "postgres" } else { "nobody" });
        if let Some(owner) = owner {
            ran(Command::new("chown").arg(owner).arg(folder.path()));
        }
        let cluster = Self { folder, programs: programs.into(), owner, port: free_port(), options };
        let initdb = ["--username=routix", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
        ran(cluster.program("initdb").args(initdb).arg("--pgdata").arg(cluster.data()));
        cluster.start();
        let create = ["--host=127.0.0.1", "--username=routix", "--dbname=postgres", "--command=CREATE DATABASE routix"];
        ran(cluster.program("psql").args(create).arg(format!("--port={}", cluster.port)));
        cluster
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where all its files are: the data, what is written ahead of them, and its log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it again after a stop, and waits until it takes connections.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(&self) {
        // What it has committed must survive `stop`, which no power cut is: its processes end, and the system goes on.
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories={} -c fsync=off -c max_connections=200 {}",
            self.port,
            self.folder.path().display(),
            self.options
        );
        let log = self.folder.path().join("server.log");
        ran(self.control().args(["--wait", "--options", &options, "--log"]).arg(log).arg("start"));
    }

    /// Ends it as a crash would: nobody is told, and nothing is written down first.
    ///
    /// # Panics
    /// When it does not run.
    pub fn stop(&self) {
        ran(self.control().args(["--wait", "--mode=immediate", "stop"]));
    }

    /// Lets it stand still: its sockets stay open, and nothing answers.
    ///
    /// # Panics
    /// When it does not run.
    pub fn freeze(&self) {
        // The first of them makes no others once it stands.
        signal("STOP", &self.processes()[..1]);
        signal("STOP", &self.processes());
    }

    /// Lets it go on.
    ///
    /// # Panics
    /// When it does not run.
    pub fn thaw(&self) {
        signal("CONT", &self.processes());
    }

    /// The server's first process, and those that it made.
    fn processes(&self) -> Vec<String> {
        let first = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let first = first.lines().next().unwrap().to_owned();
        let made = fs::read_to_string(format!("/proc/{first}/task/{first}/children")).unwrap();
        [first].into_iter().chain(made.split_whitespace().map(str::to_owned)).collect()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn control(&self) -> Command {
        let mut control = self.program("pg_ctl");
        control.arg("--silent").arg("--pgdata").arg(self.data());
        control
    }

    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let Some(owner) = self.owner else { return Command::new(program) };
        let mut command = Command::new("runuser");
        command.args(["-u", owner, "--"]).arg(program);
        command
    }
}

impl Default for Cluster {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A test that failed may have left it stopped, or standing still.
        if self.data().join("postmaster.pid").exists() {
            self.thaw();
            let stopped = self.control().args(["--wait", "--mode=immediate", "stop"]).status();
            assert!(stopped.is_ok_and(|status| status.success()) || thread::panicking(), "the cluster does not stop");
        }
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

fn has_user(name: &str) -> bool {
    Command::new("getent").args(["passwd", name]).output().unwrap().status.success()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn signal(name: &str, processes: &[String]) {
    // One of them may have ended since it was named.
    let _some_sent = Command::new("kill").arg(format!("-{name}")).args(processes).output().unwrap();
}

/// Runs a program, which must succeed. Where it puts its own words is for whoever asks why it did not.
fn ran(command: &mut Command) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let (out, err) = (log.reopen().unwrap(), log.reopen().unwrap());
    // Not a pipe: a server that was started would hold it open.
    let status = command.current_dir(Path::new("/")).stdout(out).stderr(err).status().unwrap();
    assert!(status.success(), "{command:?}: {}", fs::read_to_string(log.path()).unwrap());
}
