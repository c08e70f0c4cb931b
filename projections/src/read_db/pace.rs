//! How fast the database answers, and so how long whoever leads may be silent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::database::{DatabaseError, Session};

/// How long whoever leads may leave his transaction alone. One that was stopped gives the lead up after it; applying a
/// batch in memory takes a small part of it.
const IDLE: Duration = Duration::from_millis(750);
/// On a long line the question itself is on its way for a part of that, and he would lose the lead each time.
const ROUND_TRIPS: u32 = 4;
/// What a connection may be silent for in any case.
const LONGEST: Duration = Duration::from_secs(10);

/// How long the last question of this kind took, in microseconds.
#[derive(Debug, Default)]
pub(super) struct Pace(AtomicU64);

impl Pace {
    /// Lets a transaction be given up when its leader is silent for too long, measured by how fast the database answers.
    pub(super) fn keep(&self, session: &mut dyn Session) -> Result<(), DatabaseError> {
        let asked = Instant::now();
        let kept = session.give_up_when_idle(self.patience());
        self.note(asked.elapsed());
        kept
    }

    fn note(&self, round_trip: Duration) {
        self.0.store(round_trip.as_micros().try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn patience(&self) -> Duration {
        let round_trip = Duration::from_micros(self.0.load(Ordering::Relaxed));
        round_trip.saturating_mul(ROUND_TRIPS).clamp(IDLE, LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_over_a_long_line_may_be_silent_for_longer() {
        let pace = Pace::default();
        assert_eq!(pace.patience(), IDLE);
        for (round_trip, patience) in [(1, 750), (600, 2_400), (1_000, 4_000), (60_000, 10_000), (2, 750)] {
            pace.note(Duration::from_millis(round_trip));
            assert_eq!(pace.patience(), Duration::from_millis(patience), "{round_trip}");
        }
    }
}
