//! The real clock and the real random source, and the only place that may ask for either.
//!
//! Everything else gets a [`System`] handed in, so that a test can fix the time and the ids it sees.

use std::cell::RefCell;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use uuid::{Builder, Uuid};

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

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// The bytes of an id. More than that is a secret.
const ID: usize = 16;

/// Random bytes for the next ids of a thread: each question to the operating system costs as much as ten ids. Secrets are
/// always asked for, so that none lies in memory before it is given out.
struct Ids {
    bytes: [u8; 32 * ID],
    used: usize,
}

thread_local! {
    static IDS: RefCell<Ids> = const { RefCell::new(Ids { bytes: [0; 32 * ID], used: 32 * ID }) };
}

impl Ids {
    fn fill(&mut self, id: &mut [u8]) {
        if self.used + id.len() > self.bytes.len() {
            ask(&mut self.bytes);
            self.used = 0;
        }
        let given = &mut self.bytes[self.used..self.used + id.len()];
        id.copy_from_slice(given);
        given.fill(0);
        self.used += id.len();
    }
}

struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) {
        if buffer.len() <= ID {
            IDS.with_borrow_mut(|ids| ids.fill(buffer));
        } else {
            ask(buffer);
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "without the system's random source no secret can be made, so nothing may go on"
)]
fn ask(buffer: &mut [u8]) {
    getrandom::fill(buffer).expect("the operating system's random source answers");
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_id_is_given_twice_and_none_is_zero() {
        let system = System::real();
        let ids: HashSet<Uuid> = (0..10_000).flat_map(|_| [system.id(), system.ordered_id()]).collect();
        assert_eq!(ids.len(), 20_000);
        let drawn: HashSet<[u8; 16]> = (0..1_000).map(|_| system.bytes()).collect();
        assert!(drawn.len() == 1_000 && !drawn.contains(&[0; 16]));
        assert_ne!(system.bytes::<32>(), system.bytes());
    }
}
