//! What tests of every area share: a clock in the test's hand, chance with a seed, and bounded waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use routix::system::{Clock, Random, System};
pub(crate) use routix_test_ledger::{Dice, number};
use tokio::time::{Instant, timeout};

/// How long a test waits for what must happen. Long, because a slow machine is no fault.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for `future`, but not for ever.
pub(crate) async fn bounded<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("waited too long for {what}"))
}

/// Asks again and again until the answer is yes, but not for ever.
pub(crate) async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition().await {
        assert!(Instant::now() < deadline, "waited too long for {what}");
        tokio::task::yield_now().await;
    }
}

/// What whoever runs the tests has set in the environment.
#[expect(clippy::disallowed_methods, reason = "a test has no configuration of its own")]
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// How often a race is run: few in CI, and as many as this names in a long campaign.
pub(crate) fn races() -> usize {
    usize::try_from(number("ROUTIX_TEST_RACES", 100)).unwrap()
}

/// How many race in a round: all of them in every tenth, and else as many as the machine is really doing at once.
pub(crate) fn racers(round: usize, all: usize) -> usize {
    if round.is_multiple_of(10) { all } else { 8 }
}

/// A clock that shows what the test sets.
#[derive(Debug)]
pub(crate) struct SetClock(AtomicI64);

impl SetClock {
    pub(crate) fn at(seconds: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(seconds)))
    }

    pub(crate) fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).unwrap()
    }
}

/// A source of bytes for a store, which asks for none.
pub(crate) struct NoRandom;

impl Random for NoRandom {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

pub(crate) fn system_with(clock: Arc<dyn Clock>) -> System {
    System::new(clock, Arc::new(NoRandom))
}
