//! Wakes the readers of this process who are waited for.
//!
//! It rings when somebody asks for the position of an event, which is what one does who waits until a projection has it. What
//! nobody waits for rings nothing: readers find it when they look for themselves, and many of them at a time. To wake six
//! projections for each refresh would cost more than the refresh.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How long an append may go unnoticed for which nobody here waits.
const POLL: Duration = Duration::from_millis(100);

/// The newest position that was heard of.
pub(super) struct Bell(watch::Sender<u64>);

impl Default for Bell {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Bell {
    pub(super) fn ring(&self, position: u64) {
        self.0.send_if_modified(|heard| {
            let is_news = position > *heard;
            *heard = position.max(*heard);
            is_news
        });
    }

    #[cfg(any(test, feature = "eventstore"))]
    pub(super) fn heard(&self) -> u64 {
        *self.0.borrow()
    }

    /// What rang at `heard` was not to be found in the log, which ends at `head`. It would otherwise ring for ever.
    #[cfg(any(test, feature = "eventstore"))]
    pub(super) fn correct(&self, heard: u64, head: u64) {
        self.0.send_if_modified(|now| {
            if *now == heard && heard > head {
                *now = head;
            }
            false
        });
    }

    /// Until something is heard of behind `position`, or long enough to look.
    pub(super) async fn wait(&self, position: u64) {
        let mut heard = self.0.subscribe();
        // Late or not, the reader looks at the log itself.
        let _late = timeout(POLL, heard.wait_for(|heard| *heard > position)).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn what_is_not_in_the_log_does_not_ring_for_ever() {
        let bell = Bell::default();
        bell.ring(7);
        bell.ring(5);
        assert_eq!(bell.heard(), 7);
        bell.correct(7, 6);
        assert_eq!(bell.heard(), 6);
        bell.ring(9);
        bell.correct(6, 6);
        assert_eq!(bell.heard(), 9, "it rang after the log was read");
    }

    #[tokio::test]
    async fn a_reader_at_the_end_rests_and_one_before_it_does_not() {
        let bell = Bell::default();
        bell.ring(7);
        bell.wait(6).await;
        let began = Instant::now();
        bell.wait(7).await;
        assert!(began.elapsed() >= POLL, "{:?}", began.elapsed());
    }
}
