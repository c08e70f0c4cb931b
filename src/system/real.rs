//! The operating system's clock and random source.

use std::cell::RefCell;

use chrono::{DateTime, SubsecRound, Utc};

use super::{Clock, Random};

pub(super) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// The bytes of an id or a salt. More than that is a secret.
const ID: usize = 16;

/// Random bytes for the next ids and salts of a thread: each question to the operating system costs as much as ten ids. Secrets are
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

pub(super) struct SystemRandom;

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

    use uuid::Uuid;

    use crate::system::System;

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
