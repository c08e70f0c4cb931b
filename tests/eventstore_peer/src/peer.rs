//! A server that is started, stopped, copied and disturbed.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream as StdStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tonic::transport::Server;

use crate::faults::{AppendFault, Faults, ReadFault};
use crate::line::Line;
use crate::log::{Expected, Log, Proposed, new_id};
use crate::protocol::event_store::client::server_features::server_features_server::ServerFeaturesServer;
use crate::protocol::event_store::client::streams::streams_server::StreamsServer;
use crate::service::Service;

const PATIENCE: Duration = Duration::from_secs(10);

/// A server at a port of 127.0.0.1. It ends when this is dropped.
pub struct Peer {
    shared: Arc<Shared>,
    address: SocketAddr,
    /// Its own, so that everything of it ends at once.
    runtime: Option<Runtime>,
}

/// What requests see of it.
pub(crate) struct Shared {
    log: Mutex<Log>,
    connections: Mutex<Vec<StdStream>>,
    pub(crate) appends: Faults<AppendFault>,
    pub(crate) reads: Faults<ReadFault>,
    pub(crate) read_requests: AtomicU64,
}

impl Shared {
    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn cut_connections(&self) {
        for connection in self.connections.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // It may have ended by itself.
            let _gone = connection.shutdown(Shutdown::Both);
        }
    }
}

impl Peer {
    /// # Errors
    /// When no port can be had.
    pub fn start() -> io::Result<Self> {
        Self::of(Log::new())
    }

    /// Another server with a copy of the log.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn copy(&self) -> io::Result<Self> {
        let log = self.shared.log().clone();
        Self::of(log)
    }

    fn of(log: Log) -> io::Result<Self> {
        let shared = Shared {
            log: Mutex::new(log),
            connections: Mutex::default(),
            appends: Faults::default(),
            reads: Faults::default(),
            read_requests: AtomicU64::new(0),
        };
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut peer = Self { shared: Arc::new(shared), address: any_port, runtime: None };
        peer.resume()?;
        Ok(peer)
    }

    /// Ends every connection; the port refuses new ones.
    pub fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Elsewhere, because it waits until all of it has ended: only then is the port free.
            let ended = thread::spawn(move || runtime.shutdown_timeout(PATIENCE)).join();
            drop(ended);
        }
        self.shared.cut_connections();
    }

    /// Starts again, at the same port and with the same log.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn resume(&mut self) -> io::Result<()> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = std::net::TcpListener::bind(self.address)?;
        listener.set_nonblocking(true)?;
        self.address = listener.local_addr()?;
        let shared = Arc::clone(&self.shared);
        runtime.spawn(async move {
            let service = Service(Arc::clone(&shared));
            let server = Server::builder()
                .add_service(StreamsServer::new(service.clone()))
                .add_service(ServerFeaturesServer::new(service));
            server
                .serve_with_incoming(connections(TcpListener::from_std(listener)?, shared))
                .await
                .map_err(io::Error::other)
        });
        self.runtime = Some(runtime);
        Ok(())
    }

    pub fn url(&self) -> String {
        format!("esdb://127.0.0.1:{}?tls=false", self.port())
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What happens to the next appends, in this order.
    pub fn disturb_appends(&self, faults: impl IntoIterator<Item = AppendFault>) {
        self.shared.appends.plan(faults);
    }

    /// What happens to the next reads, in this order.
    pub fn disturb_reads(&self, faults: impl IntoIterator<Item = ReadFault>) {
        self.shared.reads.plan(faults);
    }

    /// The faults that have not happened yet.
    pub fn faults_left(&self) -> usize {
        self.shared.appends.left() + self.shared.reads.left()
    }

    /// How often it was asked to read.
    pub fn read_requests(&self) -> u64 {
        self.shared.read_requests.load(Ordering::SeqCst)
    }

    /// Breaks every connection.
    pub fn cut_connections(&self) {
        self.shared.cut_connections();
    }

    /// An event of another application, at the end of its stream.
    pub fn append(&self, stream: &str, event_type: &str, data: &str, custom_metadata: &str) {
        let event = Proposed {
            id: new_id(),
            event_type: event_type.to_owned(),
            content_type: "application/json".to_owned(),
            data: data.as_bytes().to_vec(),
            custom_metadata: custom_metadata.as_bytes().to_vec(),
        };
        // To any revision: it is never refused.
        let _place = self.shared.log().append(stream, Expected::Any, &[event]);
    }

    /// The data of the events of a stream.
    pub fn stored(&self, stream: &str) -> Vec<String> {
        let log = self.shared.log();
        let data = |event: &crate::log::Event| String::from_utf8_lossy(&event.data).into_owned();
        log.stream(stream).map(|events| events.map(data).collect()).unwrap_or_default()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The connections that come in, each kept so that it can be cut.
fn connections(listener: TcpListener, shared: Arc<Shared>) -> impl Stream<Item = io::Result<Line>> {
    stream::unfold((listener, shared), async |(listener, shared)| {
        let connection = async {
            let connection = listener.accept().await?.0.into_std()?;
            connection.set_nodelay(true)?;
            shared.connections.lock().unwrap_or_else(PoisonError::into_inner).push(connection.try_clone()?);
            TcpStream::from_std(connection).map(Line)
        };
        Some((connection.await, (listener, shared)))
    })
}
