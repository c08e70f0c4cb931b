//! The accept loop: hyper with time limits, and a shutdown that lets requests finish.
//!
//! axum's own `serve` keeps a half-sent request open for ever; here a connection has ten seconds for its headers, and
//! `patience` says how long for the rest.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use super::edge::PeerAddress;
use super::patience::{PromptBody, PromptStream};
use super::pressure::Pressure;

const HEADER_TIME: Duration = Duration::from_secs(10);
/// How long requests under way may take after the signal to stop.
const DRAIN_TIME: Duration = Duration::from_secs(8);
const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 * 1_024;

/// What answers requests.
#[derive(Clone)]
pub struct Doors {
    pub router: Router,
    /// Refuses some before they come to a route.
    pub pressure: Arc<Pressure>,
}

/// Serves `doors` until `stop` resolves, then lets the requests under way finish.
pub async fn serve(listener: TcpListener, doors: Doors, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                // Out of file descriptors, for instance. Those that are open go on, and later there is room again.
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        connect(stream, peer, &doors, &connections);
    }
    drop(listener);
    tokio::select! {
        () = connections.shutdown() => {}
        () = tokio::time::sleep(DRAIN_TIME) => tracing::warn!("some requests did not finish in time"),
    }
}

fn connect(stream: TcpStream, peer: SocketAddr, doors: &Doors, connections: &GracefulShutdown) {
    // Answers are small and whole; waiting to fill a packet only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let doors = doors.clone();
    let service = service_fn(move |request| answer(doors.clone(), request, peer.ip()));
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES);
    let connection = builder.serve_connection(TokioIo::new(PromptStream::new(stream)), service).into_owned();
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(error, "a connection ended early");
        }
    });
}

async fn answer(doors: Doors, request: Request<Incoming>, peer: IpAddr) -> Result<Response, Infallible> {
    if let Some(refusal) = doors.pressure.refuse(&request) {
        return Ok(refusal);
    }
    let mut request = request.map(|body| Body::new(PromptBody::new(body)));
    request.extensions_mut().insert(PeerAddress(peer));
    doors.router.oneshot(request).await
}
