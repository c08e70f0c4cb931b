//! The program with its failpoints in the test's hand.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use routix_test_ledger::{Dice, Fault, Kind, Ledger, Person, Writer};
use routix_test_postgres::Scratch;
use tokio::time::timeout;

use crate::running::{Ran, Server, run};
use crate::site::Site;

/// Far more than anything here takes on an idle machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A site, the server at it, and somebody who sends commands to that.
pub(crate) struct Program {
    pub(crate) site: Site,
    server: Option<Server>,
    pub(crate) host: String,
    person: Person,
    ledger: Arc<Ledger>,
    pub(crate) writer: Writer,
    /// Gone with the test.
    _scratch: Option<Scratch>,
}

impl Program {
    /// On a PostgreSQL, or on files.
    pub(crate) async fn start(scratch: Option<Scratch>) -> Self {
        let site = Site::new(scratch.as_ref().map(Scratch::url));
        let server = serve(&site);
        let person = site.person(&server).await;
        let ledger = Arc::new(Ledger::new(site.folder()));
        let writer = Writer::new("ann", &person, &ledger, Dice::seeded(1));
        let host = server.host.clone();
        Self { site, server: Some(server), host, person, ledger, writer, _scratch: scratch }
    }

    /// Says what happens at a point from now on, in the words of the crate `fail`.
    pub(crate) fn set(&self, point: &str, actions: &str) {
        let mut socket = UnixStream::connect(socket_of(&self.site)).unwrap();
        let line = format!("{point}={actions}\n");
        socket.write_all(line.as_bytes()).unwrap();
        let mut answer = String::new();
        BufReader::new(&socket).read_line(&mut answer).unwrap();
        assert_eq!(answer, line, "no such actions");
    }

    /// Waits until everything works, which nobody has to help with.
    pub(crate) async fn goes_on(&mut self) {
        let works = async { while !self.writer.prepare(&self.host, Kind::Refreshed).await {} };
        assert!(timeout(PATIENCE, works).await.is_ok(), "waited too long");
    }

    /// Waits until the server has ended at a point, and starts it again.
    pub(crate) fn restart_ended(&mut self, point: &str) {
        let ran = self.server.take().unwrap().ended();
        assert!(has_ended_at(&ran, point), "{point}: {ran:?}");
        let server = serve(&self.site);
        self.host.clone_from(&server.host);
        self.server = Some(server);
    }

    /// Runs a command beside the server. Whether it ended at a point, to which it does not come when there is nothing to do.
    pub(crate) fn ends_beside(&self, arguments: &[&str], point: &str) -> bool {
        let mut command = self.site.command(arguments);
        command.env("FAILPOINTS", format!("{point}=panic"));
        let ran = run(command, "");
        assert!(has_ended_at(&ran, point) || ran.code == Some(0), "{point}: {ran:?}");
        ran.code.is_none()
    }

    /// Holds everything that was asked for to what is there.
    pub(crate) async fn faults(&self) -> Vec<Fault> {
        let (lines, server) = (self.ledger.lines(), self.server.as_ref().unwrap());
        self.site.faults(&lines, (&self.person, server)).await
    }

    /// Ends it as an operator would.
    pub(crate) fn stop(mut self) -> Ran {
        self.server.take().unwrap().stop()
    }
}

fn socket_of(site: &Site) -> PathBuf {
    site.folder().join("failpoints")
}

fn serve(site: &Site) -> Server {
    let socket = socket_of(site);
    // One that was ended has left its own there.
    let _was_there = std::fs::remove_file(&socket);
    let mut command = site.serving();
    command.env("FAILPOINTS_SOCKET", socket);
    Server::start(command)
}

/// Whether that is what ended it, and nothing else.
fn has_ended_at(ran: &Ran, point: &str) -> bool {
    ran.code.is_none() && ran.stderr.contains(&format!("failpoint {point} panic"))
}
