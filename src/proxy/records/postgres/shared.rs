//! Connections that many requests read through at the same time.
//!
//! A page of a few rows takes PostgreSQL less time than to put its process to sleep and wake it again, on both sides. On a
//! shared connection a statement is sent while others are still being answered (the protocol's pipelining), so under load
//! nobody sleeps. Each statement sets its own claims and is a transaction by itself (`read`), so it does not matter whose was
//! before it. What is behind a statement waits for it: only those go here that are soon done.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use deadpool_postgres::{ClientWrapper, Object};
use routix_projections::database::{DatabaseError, PostgresDatabase};

/// So many statements are under way on one connection before others go elsewhere.
const DEPTH: usize = 32;
/// A server with more processors than these has more to do than our reads.
const MOST: usize = 4;

/// A few connections. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct SharedConnections {
    database: PostgresDatabase,
    places: Arc<[Place]>,
}

#[derive(Debug, Default)]
struct Place {
    /// Made when it is needed first, and again when it has ended.
    connection: Mutex<Option<Arc<ClientWrapper>>>,
    /// Who makes it; the others wait for him.
    making: tokio::sync::Mutex<()>,
    under_way: AtomicUsize,
}

/// A connection for one statement, among others.
pub(super) struct Shared {
    connection: Arc<ClientWrapper>,
    seat: Seat,
}

/// That somebody is under way on a connection.
struct Seat {
    places: Arc<[Place]>,
    number: usize,
}

impl SharedConnections {
    /// At most so many, and one for each processor.
    pub(super) fn new(database: PostgresDatabase, most: usize) -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let count = processors.min(MOST).min(most);
        Self { database, places: (0..count).map(|_| Place::default()).collect() }
    }

    /// The one with the least to do; `None` where all have enough.
    ///
    /// # Errors
    /// [`DatabaseError`] when there is none yet and none can be made.
    pub(super) async fn take(&self) -> Result<Option<Shared>, DatabaseError> {
        let Some(seat) = self.seat() else { return Ok(None) };
        let place = &seat.places[seat.number];
        if let Some(connection) = place.open() {
            return Ok(Some(Shared { connection, seat }));
        }
        let making = place.making.lock().await;
        let connection = match place.open() {
            Some(connection) => connection,
            None => {
                // It is no longer of the pool, which makes another in its place when it needs one.
                let connection = Arc::new(Object::take(self.database.connection().await?));
                *place.connection() = Some(Arc::clone(&connection));
                connection
            }
        };
        drop(making);
        Ok(Some(Shared { connection, seat }))
    }

    fn seat(&self) -> Option<Seat> {
        let under_way = |(_, place): &(usize, &Place)| place.under_way.load(Ordering::Relaxed);
        let (number, place) = self.places.iter().enumerate().min_by_key(under_way)?;
        // Two may see the same number, and then there is one more than said.
        (place.under_way.load(Ordering::Relaxed) < DEPTH).then(|| {
            place.under_way.fetch_add(1, Ordering::Relaxed);
            Seat { places: Arc::clone(&self.places), number }
        })
    }
}

impl Place {
    fn connection(&self) -> MutexGuard<'_, Option<Arc<ClientWrapper>>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Option<Arc<ClientWrapper>> {
        self.connection().as_ref().filter(|connection| !connection.is_closed()).map(Arc::clone)
    }
}

impl Shared {
    pub(super) fn connection(&self) -> &ClientWrapper {
        &self.connection
    }

    /// The next one makes a new connection; this one ends when the last of those who are under way on it has given it up too.
    pub(super) fn give_up(self) {
        let mut held = self.seat.places[self.seat.number].connection();
        if held.as_ref().is_some_and(|held| Arc::ptr_eq(held, &self.connection)) {
            *held = None;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.places[self.number].under_way.fetch_sub(1, Ordering::Relaxed);
    }
}
