//! The log in EventStoreDB or KurrentDB 22.6 or later, over gRPC.
//!
//! A stream is `{aggregate type}-{aggregate id}`, revision n is our sequence n + 1, and our position is the commit position
//! in `$all` plus one: the first event of a log may stand at 0, which to us is the place before everything.
//!
//! Times are the server's: they go back along the log when its clock, or that of the next leader, does.
//!
//! The client takes the root certificates of the machine with every connection, even without TLS, and installs a
//! process-wide rustls provider with its first one: where there are no certificates, or where another provider was
//! installed before, it dies. routix installs none: each of its own rustls configurations names its provider.
//!
//! No subscription is used. When a server ends one, as a restart or a load balancer does, `Subscription::next` of
//! eventstore 4.0.0 never returns and never yields: it can neither be timed out nor aborted, and holds a thread of the
//! runtime for ever. `$all` is read in pages instead. Each request ends by itself, so that each poll is the heartbeat and
//! the subscription anew; appends of this process ring a bell, those of others are found by the next poll.
//!
//! The client leaves Nagle's algorithm on, and a request is two small frames: over a network whose other side delays its
//! acknowledgements, as systems do, a read takes 40 ms more than it needs. So reads are few, and what can be is read at the
//! same time. Appends go around it.
//!
//! Seals are not kept here.

mod append;
mod connection;
mod feed;
mod newest;
mod repository;
mod scan;
mod sessions;
mod stored;
mod streams;
mod url;

use std::sync::Arc;

use self::connection::Connection;
use self::newest::Newest;
use self::scan::Landmarks;
use self::sessions::Sessions;
use self::streams::Streams;
pub use self::url::EventStoreUrlError;
use crate::store::bell::Bell;
use crate::system::System;

/// An event store at a server. Clones share its connection.
#[derive(Clone)]
pub struct EventStoreDb(Arc<Store>);

struct Store {
    connection: Connection,
    sessions: Sessions,
    streams: Streams,
    newest: Newest,
    landmarks: Landmarks,
    bell: Bell,
    system: System,
}

impl EventStoreDb {
    /// A log at the server or cluster of the URL: `esdb://`, `esdb+discover://`, `kurrentdb://` or
    /// `kurrentdb+discover://`, with the parameters that EventStoreDB documents for its connection strings.
    ///
    /// Nothing is asked of the server yet: to know whether it is there, ask for the head.
    ///
    /// # Errors
    /// [`EventStoreUrlError`] says what is wrong with the URL, and repeats nothing of it that may be secret.
    pub fn open(url: &str, system: &System) -> Result<Self, EventStoreUrlError> {
        Self::open_within(url, "", system)
    }

    /// A log of its own among others at one server: the names of its streams begin with `namespace`.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_within(url: &str, namespace: &str, system: &System) -> Result<Self, EventStoreUrlError> {
        Ok(Self(Arc::new(Store {
            connection: Connection::new(url::settings(url)?),
            sessions: Sessions::default(),
            streams: Streams::within(namespace),
            newest: Newest::default(),
            landmarks: Landmarks::default(),
            bell: Bell::default(),
            system: system.clone(),
        })))
    }
}
