//! Waiting for those who are appending.
//!
//! A position is drawn before its row can be seen, so a reader may see a later one first, and one that was taken back leaves
//! a hole for ever. Which of the two a hole is, no amount of waiting tells; but every appender holds a lock from before he
//! draws a position until what he did can be seen or is gone (the trigger `events_appending`). So a reader who has seen a hole
//! looks who holds the lock then: when these have all ended, whatever is still missing never comes. Nobody waits for a reader,
//! and a reader waits for no appender that began later.

use std::collections::HashSet;
use std::time::Duration;

use routix_domain::log::FeedError;
use tokio::time::{Instant, sleep};

use super::PostgresEventStore;
use crate::measure::gap_waited_for;
use crate::store::seals::unavailable;

/// How long one look at a hole may take. The next one begins anew: what it has learned stays true.
pub(super) const LOOK: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// The transactions that hold the appenders' lock: an advisory one of this database, whose number is the table's own.
const HOLDERS: &str = "SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND classid = 0 AND objsubid = 1 AND objid = 'events'::regclass::oid
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

impl PostgresEventStore {
    /// Whether everybody has ended who is appending now. Gives up after a while.
    pub(super) async fn appenders_have_ended(&self, patience: Duration) -> Result<bool, FeedError> {
        let mut waited_for = self.appenders().await?;
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        while !waited_for.is_empty() {
            if began.elapsed() >= patience {
                gap_waited_for(began.elapsed());
                return Ok(false);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            let now = self.appenders().await?;
            waited_for.retain(|appender| now.contains(appender));
        }
        gap_waited_for(began.elapsed());
        Ok(true)
    }

    async fn appenders(&self) -> Result<HashSet<String>, FeedError> {
        let rows = self.database.select(HOLDERS, &[]).await.map_err(unavailable)?;
        rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>().map_err(unavailable)
    }
}
