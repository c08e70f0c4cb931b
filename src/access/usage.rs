//! Counting use: in memory first, added to the database every few seconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::identity::{IdentityDb, IdentityError, Usage};

/// Uses and the last one, by app and secret generation.
type Counts = HashMap<(Uuid, u32), (u64, DateTime<Utc>)>;

/// Counts since the last flush.
#[derive(Clone, Default)]
pub struct UsageCounter {
    counts: Arc<Mutex<Counts>>,
}

impl UsageCounter {
    /// Counts one use with the secret of this generation; 0 stands for one without a secret: a call with a token, a bare
    /// refresh, a public client.
    pub fn count(&self, app_id: Uuid, secret_generation: u32, now: DateTime<Utc>) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((app_id, secret_generation)).or_insert((0, now));
        *count = (count.0 + 1, now.max(count.1));
    }

    /// Adds what was counted to the database. If it does not answer, nothing is lost: the counts come along next time.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn flush(&self, identity: &IdentityDb) -> Result<(), IdentityError> {
        let taken = std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        if taken.is_empty() {
            return Ok(());
        }
        let counts: Vec<Usage> = taken
            .iter()
            .map(|(&(app_id, secret_generation), &(uses, last_used_at))| Usage {
                app_id,
                secret_generation,
                uses,
                last_used_at,
            })
            .collect();
        let written = identity.add_usage(counts).await;
        if written.is_err() {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, (uses, last)) in taken {
                let count = counts.entry(key).or_insert((0, last));
                *count = (count.0 + uses, count.1.max(last));
            }
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[tokio::test]
    async fn uses_are_added_once_and_none_is_lost_while_the_database_does_not_answer() {
        let (folder, app_id, began) = (tempfile::tempdir().unwrap(), Uuid::from_u128(1), DateTime::UNIX_EPOCH);
        let identity = IdentityDb::open(&folder.path().join("identity.db"), began).unwrap();
        let usage = UsageCounter::default();
        let used = |uses, seconds| Usage {
            app_id,
            secret_generation: 2,
            uses,
            last_used_at: began + TimeDelta::seconds(seconds),
        };
        let count = |seconds| usage.count(app_id, 2, began + TimeDelta::seconds(seconds));
        count(5);
        count(3);
        usage.flush(&identity).await.unwrap();
        usage.flush(&identity).await.unwrap();
        assert_eq!(identity.usage(app_id).await.unwrap(), [used(2, 5)]);

        identity.take_away("app_usage").await;
        for seconds in [9, 7] {
            count(seconds);
            assert!(usage.flush(&identity).await.is_err());
        }
        identity.bring_back("app_usage").await;
        assert_eq!(identity.usage(app_id).await.unwrap(), [used(2, 5)]);
        count(8);
        usage.flush(&identity).await.unwrap();
        assert_eq!(identity.usage(app_id).await.unwrap(), [used(5, 9)]);
    }
}
