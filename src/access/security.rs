//! The security log: failures and refusals, traced at once and kept for a time.
//!
//! Counted in memory first and written every few seconds, so that no request waits for it. What an attacker can make of it is
//! bounded three times: so many sources at once are told apart, the rest is only counted; so many rows are kept; and none of
//! them for ever. Never in it: a secret, a token, an e-mail address, or anything else that a caller has typed.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tracing::field::display;
use uuid::Uuid;

use crate::http::limit::network;
use crate::http::origin::RequestOrigin;
use crate::measure;
use crate::store::identity::{IdentityDb, IdentityError, SecurityKind, SecurityRow};
use crate::system::System;

/// So many sources are told apart within a minute.
const MAX_SOURCES: usize = 1_000;
/// Some hundred megabytes. A flood that fills them takes the better part of a day, and its oldest rows go first.
const MAX_ROWS: u32 = 1_000_000;

/// What is known of an incident, beside its request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct About {
    /// One word on how or why.
    pub detail: &'static str,
    pub client_id: Option<Uuid>,
    pub user_id: Option<Uuid>,
}

/// Equal in everything that makes one row.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Source {
    minute: i64,
    kind: SecurityKind,
    about: About,
    network: IpAddr,
}

/// How often, and how much of that is not in the database yet.
struct Seen {
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    unwritten: u64,
    request_id: String,
}

impl Seen {
    fn new(request_id: &str, now: DateTime<Utc>) -> Self {
        Self { first_at: now, last_at: now, unwritten: 1, request_id: request_id.to_owned() }
    }

    fn again(&mut self, now: DateTime<Utc>) {
        self.last_at = now.max(self.last_at);
        self.unwritten += 1;
    }
}

#[derive(Default)]
struct Buffer {
    /// The sources of this minute, and those of earlier ones that are not written yet.
    sources: HashMap<Source, Seen>,
    dropped: Option<Seen>,
}

/// Takes incidents. Clones share everything.
#[derive(Clone)]
pub struct SecurityLog {
    buffer: Arc<Mutex<Buffer>>,
    system: System,
    /// For how many days rows are kept; with 0 nothing is.
    days: u32,
}

impl SecurityLog {
    pub fn new(system: &System, days: u32) -> Self {
        Self { buffer: Arc::default(), system: system.clone(), days }
    }

    /// Traces an incident, and keeps it.
    pub fn record(&self, kind: SecurityKind, origin: &RequestOrigin, about: About) {
        let (client_id, user_id) = (about.client_id.map(display), about.user_id.map(display));
        let (kind_word, detail, request_id) = (kind.as_str(), about.detail, &origin.request_id);
        tracing::warn!(target: "routix::security", kind = kind_word, detail, client_id, user_id, request_id, "security");
        measure::incident(kind_word, detail);
        if self.days == 0 {
            return;
        }
        let now = self.system.now();
        let source = Source { minute: minute(now), kind, about, network: network(origin.address) };
        let mut buffer = self.buffer();
        let room = buffer.sources.len() < MAX_SOURCES;
        if let Some(seen) = buffer.sources.get_mut(&source) {
            seen.again(now);
        } else if room {
            buffer.sources.insert(source, Seen::new(request_id, now));
        } else {
            measure::dropped_from_security_log();
            match &mut buffer.dropped {
                Some(dropped) => dropped.again(now),
                None => buffer.dropped = Some(Seen::new("", now)),
            }
        }
    }

    /// Writes down what is not written yet. If the database does not answer, it comes along next time.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn flush(&self, identity: &IdentityDb) -> Result<(), IdentityError> {
        let (taken, dropped) = self.take();
        let rows = taken.iter().map(|(source, unwritten)| row(source, unwritten));
        let rows: Vec<SecurityRow> = rows.chain(dropped.as_ref().map(dropped_row)).collect();
        let written = if rows.is_empty() { Ok(()) } else { identity.add_security_rows(rows).await };
        let mut buffer = self.buffer();
        if written.is_err() {
            for (source, unwritten) in taken {
                buffer
                    .sources
                    .entry(source)
                    .and_modify(|seen| seen.unwritten += unwritten.unwritten)
                    .or_insert(unwritten);
            }
            buffer.dropped = match (dropped, buffer.dropped.take()) {
                (Some(before), Some(since)) => {
                    Some(Seen { last_at: since.last_at, unwritten: before.unwritten + since.unwritten, ..before })
                }
                (before, since) => before.or(since),
            };
        }
        let current = minute(self.system.now());
        buffer.sources.retain(|source, seen| source.minute >= current || seen.unwritten > 0);
        written
    }

    /// Removes what is too old or too much.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn prune(&self, identity: &IdentityDb) -> Result<(), IdentityError> {
        let now = self.system.now();
        let (oldest, most) = match self.days {
            0 => (now, 0),
            days => (now - TimeDelta::days(days.into()), MAX_ROWS),
        };
        let removed = identity.prune_security_rows(oldest, most).await?;
        if removed > 0 {
            tracing::info!(removed, "old rows of the security log are removed");
        }
        Ok(())
    }

    /// What is not written yet; from here on it counts as written.
    fn take(&self) -> (Vec<(Source, Seen)>, Option<Seen>) {
        let mut buffer = self.buffer();
        let unwritten = buffer.sources.iter_mut().filter(|(_, seen)| seen.unwritten > 0);
        let taken = unwritten.map(|(source, seen)| {
            let request_id = seen.request_id.clone();
            let taken = Seen { request_id, unwritten: seen.unwritten, ..*seen };
            seen.unwritten = 0;
            (source.clone(), taken)
        });
        (taken.collect(), buffer.dropped.take())
    }

    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn minute(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(60)
}

fn row(source: &Source, seen: &Seen) -> SecurityRow {
    SecurityRow {
        kind: source.kind,
        detail: source.about.detail.to_owned(),
        client_id: source.about.client_id,
        user_id: source.about.user_id,
        address: Some(source.network.to_string()),
        request_id: Some(seen.request_id.clone()),
        first_at: seen.first_at,
        last_at: seen.last_at,
        count: seen.unwritten,
    }
}

fn dropped_row(seen: &Seen) -> SecurityRow {
    SecurityRow {
        kind: SecurityKind::Dropped,
        detail: String::new(),
        client_id: None,
        user_id: None,
        address: None,
        request_id: None,
        first_at: seen.first_at,
        last_at: seen.last_at,
        count: seen.unwritten,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::store::identity::RequestContext;
    use crate::system::{Clock, Random};

    #[derive(Clone, Default)]
    struct Minutes(Arc<AtomicI64>);

    impl Clock for Minutes {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH + TimeDelta::minutes(self.0.load(Ordering::SeqCst))
        }
    }

    impl Random for Minutes {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    struct Place {
        _folder: tempfile::TempDir,
        clock: Minutes,
        identity: IdentityDb,
        log: SecurityLog,
    }

    impl Place {
        fn new(days: u32) -> Self {
            let (folder, clock) = (tempfile::tempdir().unwrap(), Minutes::default());
            let identity = IdentityDb::open(&folder.path().join("identity.db"), DateTime::UNIX_EPOCH).unwrap();
            let log = SecurityLog::new(&System::new(Arc::new(clock.clone()), Arc::new(clock.clone())), days);
            Self { _folder: folder, clock, identity, log }
        }

        fn fail(&self, address: [u8; 4], times: usize) {
            let origin = RequestOrigin {
                request_id: "r".to_owned(),
                address: address.into(),
                context: RequestContext::default(),
            };
            for _ in 0..times {
                self.log.record(SecurityKind::SignInFailed, &origin, About::default());
            }
        }

        async fn rows(&self) -> Vec<(SecurityKind, Option<String>, u64)> {
            let rows = self.identity.security_rows(DateTime::UNIX_EPOCH, None, 5_000).await.unwrap();
            rows.into_iter().map(|row| (row.kind, row.address, row.count)).collect()
        }
    }

    fn failed(address: &str, count: u64) -> (SecurityKind, Option<String>, u64) {
        (SecurityKind::SignInFailed, Some(address.to_owned()), count)
    }

    #[tokio::test]
    async fn one_source_is_one_row_a_minute_however_often_it_is_written() {
        let place = Place::new(90);
        place.fail([192, 0, 2, 1], 3);
        place.log.flush(&place.identity).await.unwrap();
        place.fail([192, 0, 2, 1], 2);
        place.log.flush(&place.identity).await.unwrap();
        place.log.flush(&place.identity).await.unwrap();
        assert_eq!(place.rows().await, [failed("192.0.2.1", 5)]);
        place.clock.0.store(1, Ordering::SeqCst);
        place.fail([192, 0, 2, 1], 1);
        place.log.flush(&place.identity).await.unwrap();
        assert_eq!(place.rows().await, [failed("192.0.2.1", 5), failed("192.0.2.1", 1)]);
        assert_eq!(place.log.buffer().sources.len(), 1, "the minute that is over is forgotten");
    }

    #[tokio::test]
    async fn beyond_the_bound_it_is_only_counted() {
        let place = Place::new(90);
        for number in 0..1_010_u16 {
            let [high, low] = number.to_be_bytes();
            place.fail([10, 0, high, low], 2);
        }
        place.log.flush(&place.identity).await.unwrap();
        let rows = place.rows().await;
        assert_eq!(rows.len(), 1_001);
        assert!(rows.contains(&(SecurityKind::Dropped, None, 20)), "{:?}", rows.last());
        place.fail([10, 0, 0, 0], 1);
        place.log.flush(&place.identity).await.unwrap();
        assert!(place.rows().await.contains(&failed("10.0.0.0", 3)), "who is known already is counted on");
    }

    #[tokio::test]
    async fn what_was_only_counted_is_counted_on_while_the_database_does_not_answer() {
        let place = Place::new(90);
        let flood = |times: usize| {
            for number in 0..1_003_u16 {
                let [high, low] = number.to_be_bytes();
                place.fail([10, 0, high, low], times);
            }
        };
        place.identity.take_away("security_log").await;
        for times in [2, 5] {
            flood(times);
            assert!(place.log.flush(&place.identity).await.is_err());
        }
        place.identity.bring_back("security_log").await;
        place.log.flush(&place.identity).await.unwrap();
        let rows = place.rows().await;
        assert_eq!(rows.len(), 1_001);
        assert!(rows.contains(&(SecurityKind::Dropped, None, 21)), "{:?}", rows.last());
        assert!(rows.contains(&failed("10.0.0.0", 7)));
        place.log.flush(&place.identity).await.unwrap();
        assert_eq!(place.rows().await, rows, "once");
    }

    #[tokio::test]
    async fn rows_are_kept_for_their_days_and_with_none_nothing_is() {
        let place = Place::new(1);
        place.fail([192, 0, 2, 1], 1);
        place.log.flush(&place.identity).await.unwrap();
        place.clock.0.store(24 * 60, Ordering::SeqCst);
        place.log.prune(&place.identity).await.unwrap();
        assert_eq!(place.rows().await.len(), 1);
        place.clock.0.store(24 * 60 + 1, Ordering::SeqCst);
        place.log.prune(&place.identity).await.unwrap();
        assert_eq!(place.rows().await, []);
        place.fail([192, 0, 2, 1], 1);
        place.log.flush(&place.identity).await.unwrap();
        let none = SecurityLog::new(&place.log.system, 0);
        let off = Place { log: none, ..place };
        off.fail([192, 0, 2, 2], 1);
        off.log.flush(&off.identity).await.unwrap();
        assert_eq!(off.rows().await, [failed("192.0.2.1", 1)], "what was kept before is still there");
        off.log.prune(&off.identity).await.unwrap();
        assert_eq!(off.rows().await, []);
    }
}
