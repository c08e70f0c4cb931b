//! The real clock and the real random source, and the only place that may ask for either.
//!
//! Everything else gets a [`System`] handed in, so that a test can fix the time and the ids it sees.

mod real;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

use self::real::{SystemClock, SystemRandom};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in UTC, with microseconds.
    fn now(&self) -> DateTime<Utc>;
}

/// Fills buffers with bytes nobody can predict.
pub trait Random: Send + Sync {
    fn fill(&self, buffer: &mut [u8]);
}

/// Time, randomness and ids, handed to whoever needs them.
#[derive(Clone)]
pub struct System {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl System {
    /// The operating system's clock and random source.
    pub fn real() -> Self {
        Self { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
    }

    /// A system with a clock and a random source of the caller's, for tests.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { clock, random }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        self.random.fill(&mut buffer);
        buffer
    }

    /// A random id (version 4): apps, clients, users, branches, organizations.
    pub fn id(&self) -> Uuid {
        Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// An id that sorts by time (version 7): requests, commands.
    pub fn ordered_id(&self) -> Uuid {
        let milliseconds = u64::try_from(self.now().timestamp_millis()).unwrap_or_default();
        Builder::from_unix_timestamp_millis(milliseconds, &self.bytes()).into_uuid()
    }
}
