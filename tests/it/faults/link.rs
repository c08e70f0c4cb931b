//! The line between the program and its PostgreSQL, in the hands of a test.

use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::wire::Reader;

/// What the line does to all that it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Open,
    /// Everything takes so much longer, each way.
    Slow(Duration),
    /// Nothing arrives and nobody is told. Connections that were there, or are made, stay so for ever, as when a firewall
    /// has forgotten them; those that are made afterwards work.
    Hole,
}

/// Where the line is cut when events are committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The commit does not arrive.
    Before,
    /// The commit arrives, and nobody waits for what is said to it.
    Sent,
    /// It was done, and the answer is lost.
    Done,
}

/// A line to a server on this machine. Everything on it ends with it.
pub(super) struct Link {
    pub(super) port: u16,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

struct Shared {
    server: u16,
    mode: watch::Sender<Mode>,
    cut: Mutex<Option<Cut>>,
    open: AtomicUsize,
}

impl Link {
    pub(super) async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mode = watch::channel(Mode::Open).0;
        let shared = Arc::new(Shared { server, mode, cut: Mutex::new(None), open: AtomicUsize::new(0) });
        let listening = tokio::spawn(listen(listener, Arc::clone(&shared)));
        Self { port, shared, listening }
    }

    pub(super) fn set(&self, mode: Mode) {
        self.shared.mode.send_replace(mode);
    }

    /// Cuts the line at the next commit of events.
    pub(super) fn cut_next(&self, cut: Cut) {
        *self.shared.cut.lock().unwrap() = Some(cut);
    }

    /// Whether it was cut where it was to be.
    pub(super) fn is_cut(&self) -> bool {
        self.shared.cut.lock().unwrap().is_none()
    }

    /// How many connections there are.
    pub(super) fn connections(&self) -> usize {
        self.shared.open.load(Ordering::SeqCst)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        connections.spawn(carry(client, Arc::clone(&shared)));
        while connections.try_join_next().is_some() {}
    }
}

/// Counts a connection for as long as it is there.
struct Counted(Arc<Shared>);

impl Counted {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.open.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(shared))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Carries one connection until one side ends it, or the test does.
async fn carry(client: TcpStream, shared: Arc<Shared>) {
    let counted = Counted::new(&shared);
    // A server that is away is refused as it would be without a line.
    let Ok(server) = TcpStream::connect(("127.0.0.1", shared.server)).await else { return };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let answers_are_lost = AtomicBool::new(false);
    tokio::select! {
        () = questions((from_client, counted), to_server, &shared, &answers_are_lost) => {}
        () = answers(from_server, to_client, &shared, &answers_are_lost) => {}
    }
}

async fn questions(
    (mut from, counted): (OwnedReadHalf, Counted),
    to: OwnedWriteHalf,
    shared: &Shared,
    answers_are_lost: &AtomicBool,
) {
    let (later, arriving) = mpsc::unbounded_channel();
    let read = async move {
        let mut reader = Reader::default();
        let mut buffer = vec![0; 16 * 1_024];
        loop {
            match read(&mut from, &mut buffer, shared).await {
                Read::Bytes(length) => reader.push(&buffer[..length]),
                Read::End => return,
                Read::Lost => {
                    while from.read(&mut buffer).await.is_ok_and(|length| length > 0) {}
                    // The client has hung up. The server does not hear of it.
                    drop(counted);
                    return pending().await;
                }
            }
            while let Some(message) = reader.next() {
                let commits = reader.commits_an_append(&message);
                let cut = if commits { shared.cut.lock().unwrap().take() } else { None };
                if cut == Some(Cut::Before) {
                    return;
                }
                answers_are_lost.fetch_or(cut == Some(Cut::Done), Ordering::SeqCst);
                let _carried = later.send((due(shared), message.0));
                if cut == Some(Cut::Sent) {
                    // What was sent arrives before the end of the connection does.
                    return;
                }
            }
        }
    };
    carry_on(read, to, arriving).await;
}

async fn answers(mut from: OwnedReadHalf, to: OwnedWriteHalf, shared: &Shared, are_lost: &AtomicBool) {
    let (later, arriving) = mpsc::unbounded_channel();
    let read = async move {
        let mut buffer = vec![0; 16 * 1_024];
        loop {
            let length = match read(&mut from, &mut buffer, shared).await {
                Read::Bytes(length) => length,
                Read::End => return,
                Read::Lost => return pending().await,
            };
            if are_lost.load(Ordering::SeqCst) {
                return;
            }
            let _carried = later.send((due(shared), buffer[..length].to_vec()));
        }
    };
    carry_on(read, to, arriving).await;
}

enum Read {
    Bytes(usize),
    End,
    /// A hole has begun.
    Lost,
}

async fn read(from: &mut OwnedReadHalf, buffer: &mut [u8], shared: &Shared) -> Read {
    let mut mode = shared.mode.subscribe();
    let hole = async move {
        let _hole = mode.wait_for(|mode| *mode == Mode::Hole).await;
    };
    tokio::select! {
        biased;
        () = hole => Read::Lost,
        read = from.read(buffer) => match read {
            Ok(0) | Err(_) => Read::End,
            Ok(length) => Read::Bytes(length),
        },
    }
}

fn due(shared: &Shared) -> Instant {
    match *shared.mode.borrow() {
        Mode::Slow(delay) => Instant::now() + delay,
        Mode::Open | Mode::Hole => Instant::now(),
    }
}

type Later = mpsc::UnboundedReceiver<(Instant, Vec<u8>)>;

/// Writes what was read when it is due; ends once the reader has and all of it is written.
async fn carry_on(read: impl Future<Output = ()>, mut to: OwnedWriteHalf, mut arriving: Later) {
    let write = async {
        while let Some((due, bytes)) = arriving.recv().await {
            sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(read, write);
}
