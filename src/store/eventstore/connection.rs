//! The client, made when it is needed and made anew when it is broken.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use eventstore::{Client, ClientSettings, Error};
use tokio::time::{Instant, sleep, timeout};

/// A client costs file reads and a handshake: while the server is away, everybody who asks shares one attempt.
const RENEW_EVERY: Duration = Duration::from_millis(200);
/// A server that says nothing for so long is asked no more.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why the server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    #[error("EventStoreDB at {server} refused it")]
    Refused {
        server: String,
        #[source]
        source: Error,
    },
    #[error("EventStoreDB at {server} cannot be reached")]
    Unreachable {
        server: String,
        #[source]
        source: Error,
    },
    #[error("EventStoreDB at {server} says nothing")]
    Silent { server: String },
    #[error("EventStoreDB at {server} ended a read before its end")]
    CutShort { server: String },
    #[error("EventStoreDB at {server} does not say where in the log an event stands; 22.6 and later do")]
    NoPositions { server: String },
}

pub(super) struct Connection {
    settings: ClientSettings,
    /// Its hosts and ports, to name it in errors.
    server: String,
    current: Mutex<Current>,
}

#[derive(Default)]
struct Current {
    held: Option<Held>,
    made_at: Option<Instant>,
    made: u64,
}

/// A client, and which one it is.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) client: Client,
    pub(super) number: u64,
}

impl Connection {
    pub(super) fn new(settings: ClientSettings) -> Self {
        let hosts: Vec<_> = settings.hosts().iter().map(|host| format!("{}:{}", host.host, host.port)).collect();
        Self { settings, server: hosts.join(","), current: Mutex::default() }
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client, or a new one where the last one was lost.
    pub(super) async fn client(&self) -> Result<Held, StoreError> {
        loop {
            let rest = {
                let mut current = self.current();
                if let Some(held) = &current.held {
                    return Ok(held.clone());
                }
                let waited = current.made_at.map_or(RENEW_EVERY, |made_at| made_at.elapsed());
                if waited >= RENEW_EVERY {
                    return self.renew(&mut current);
                }
                RENEW_EVERY - waited
            };
            sleep(rest).await;
        }
    }

    fn renew(&self, current: &mut Current) -> Result<Held, StoreError> {
        current.made_at = Some(Instant::now());
        current.made += 1;
        let client = Client::new(self.settings.clone()).map_err(|error| self.error(error))?;
        let held = Held { client, number: current.made };
        current.held = Some(held.clone());
        Ok(held)
    }

    /// Nobody gets this client any more. The client itself stays with a node that is gone, and after a failed attempt to
    /// connect it answers nothing at all.
    pub(super) fn lost(&self, lost: &Held) {
        let mut current = self.current();
        current.held.take_if(|held| held.number == lost.number);
    }

    /// Reads, and reads once more where the connection was lost or led to a node that is not the leader.
    pub(super) async fn read<T, F>(&self, read: impl Fn(Client) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = eventstore::Result<T>>,
    {
        let again = match self.read_once(&read).await {
            Err(ReadError::Again(_)) => self.read_once(&read).await,
            other => other,
        };
        again.map_err(ReadError::into_error)
    }

    async fn read_once<T, F>(&self, read: impl Fn(Client) -> F) -> Result<T, ReadError>
    where
        F: Future<Output = eventstore::Result<T>>,
    {
        let held = self.client().await.map_err(ReadError::Final)?;
        let Ok(answer) = timeout(PATIENCE, read(held.client.clone())).await else {
            self.lost(&held);
            return Err(ReadError::Final(self.silent()));
        };
        answer.map_err(|error| {
            if is_of_connection(&error) {
                self.lost(&held);
                return ReadError::Again(self.error(error));
            }
            // The client goes to the leader that it was told of.
            let again = matches!(error, Error::NotLeaderException(_));
            if again { ReadError::Again(self.error(error)) } else { ReadError::Final(self.error(error)) }
        })
    }

    pub(super) fn error(&self, source: Error) -> StoreError {
        let server = self.server.clone();
        if is_of_connection(&source) {
            return StoreError::Unreachable { server, source };
        }
        StoreError::Refused { server, source }
    }

    pub(super) fn silent(&self) -> StoreError {
        StoreError::Silent { server: self.server.clone() }
    }

    pub(super) fn cut_short(&self) -> StoreError {
        StoreError::CutShort { server: self.server.clone() }
    }

    pub(super) fn no_positions(&self) -> StoreError {
        StoreError::NoPositions { server: self.server.clone() }
    }
}

enum ReadError {
    /// Another attempt may do.
    Again(StoreError),
    Final(StoreError),
}

impl ReadError {
    fn into_error(self) -> StoreError {
        match self {
            Self::Again(error) | Self::Final(error) => error,
        }
    }
}

/// Whether the client or its node is gone. A server that is shutting down or starting answers like one that is gone.
pub(super) fn is_of_connection(error: &Error) -> bool {
    matches!(
        error,
        Error::ServerError(_) | Error::ConnectionClosed | Error::GrpcConnectionError(_) | Error::InternalClientError
    )
}
