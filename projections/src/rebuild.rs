//! Rebuild: new tables beside the live ones, filled from the log, swapped in when they are complete. Verify: the same,
//! compared and thrown away.

use std::sync::Arc;
use std::time::Duration;

use routix_domain::log::EventFeed;
use tokio::time::sleep;

use crate::database::DatabaseError;
use crate::projection::Projection;
use crate::read_db::{Bytes, Difference, Fold, Folded, Generation, Outcome, ReadDb, ReadError, Size, State};
use crate::same_log;
use crate::skips::Skips;

/// Events a transaction, where nobody says otherwise. The more there are, the more of them share a page of the tables, and the more memory they take;
/// nobody else writes to a SQLite file while they are written.
const BATCH: usize = 8_000;
/// How often the new tables are given up for those who read the old ones, and come again: for a minute or so.
const SWAPS: usize = 60;
/// How long others come first in between.
const PAUSE: Duration = Duration::from_millis(750);

/// How far a rebuild or a verification has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub position: u64,
    pub head: u64,
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The position at which both sides were compared.
    pub position: u64,
    /// Rows that are equal on both sides.
    pub rows: u64,
    pub difference: Option<Difference>,
}

/// What a rebuild would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Behind which it would read: an interrupted one is gone on with.
    pub from: u64,
    /// Up to which.
    pub head: u64,
    /// The tables that would be replaced.
    pub live: Size,
    /// What their database may still grow by; `None` where nobody here can tell.
    pub free: Option<u64>,
}

impl Plan {
    /// How many bytes should be free: new tables beside the old ones, and as much again for what the database keeps
    /// beside them while they are filled.
    pub fn needed(&self) -> u64 {
        self.live.bytes.saturating_mul(2)
    }

    /// Whether there is room, as far as anybody can tell.
    pub fn has_room(&self) -> bool {
        self.free.is_none_or(|free| free >= self.needed())
    }

    /// The same, for who would begin otherwise.
    ///
    /// # Errors
    /// [`ReadError::NoRoom`], with the figures.
    pub fn require_room(&self, projection: &'static str) -> Result<(), ReadError> {
        match self.free {
            Some(free) if !self.has_room() => Err(ReadError::NoRoom {
                projection,
                needed: Bytes(self.needed()),
                live: Bytes(self.live.bytes),
                free: Bytes(free),
            }),
            Some(_) | None => Ok(()),
        }
    }
}

/// Rebuilds projections from the log while others read and write.
#[derive(Clone)]
pub struct Rebuilder {
    pub db: ReadDb,
    pub feed: Arc<dyn EventFeed>,
    /// The clock, in microseconds since 1970.
    pub now: fn() -> i64,
    /// Events a transaction.
    pub batch: usize,
}

/// Which events a build gets.
struct Span {
    from: u64,
    to: u64,
    /// Whether others may be filling the same build.
    shared: bool,
}

/// What comes next in the log, and what it makes of a build.
struct Batch {
    fold: Fold,
    /// Up to where the log was read.
    end: u64,
    /// The end of the log as it was then.
    head: u64,
    /// Whether there was nothing behind it.
    is_last: bool,
}

impl Rebuilder {
    pub fn new(db: ReadDb, feed: Arc<dyn EventFeed>, now: fn() -> i64) -> Self {
        Self { db, feed, now, batch: BATCH }
    }

    /// Whether the live tables are of this version and of this log.
    ///
    /// # Errors
    /// Those that want a rebuild ([`ReadError::wants_rebuild`]) when they are not; others when nobody can tell.
    pub async fn check(&self, projection: &'static dyn Projection, live: &Generation) -> Result<(), ReadError> {
        live.must_be_of(projection)?;
        same_log::check(&*self.feed, projection, live).await
    }

    /// What a rebuild would read, and what room it needs. Changes nothing.
    ///
    /// # Errors
    /// [`ReadError`] when the log or the read models do not answer.
    pub async fn plan(&self, projection: &'static dyn Projection) -> Result<Plan, ReadError> {
        let (head, from) = (self.feed.head().await?, self.db.begun(projection).await?);
        Ok(Plan { from, head, live: self.db.size(projection).await?, free: self.db.free_bytes().await? })
    }

    /// Builds new tables and makes them the live ones. An interrupted rebuild goes on where it stopped.
    ///
    /// # Errors
    /// [`ReadError::NoRoom`] before anything is begun. [`ReadError::Poison`] names an event that cannot be applied; the
    /// live tables are untouched then, as after any other error.
    pub async fn rebuild(
        &self,
        projection: &'static dyn Projection,
        on_progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Progress, ReadError> {
        self.plan(projection).await?.require_room(projection.name())?;
        let (mut build, mut skips) = self.resume_or_begin(projection).await?;
        let mut swaps = 0;
        loop {
            let span = Span { from: build.position, to: u64::MAX, shared: true };
            let built = self.fill(projection, build.number, span, on_progress).await;
            let progress = match built {
                Ok(progress) => progress,
                Err(error @ ReadError::Poison { .. }) => {
                    // Going on from here would meet the same event; a fixed version begins anew.
                    self.db.drop_build(projection, build.number).await?;
                    return Err(error);
                }
                Err(error) => return Err(error),
            };
            build.position = progress.position;
            if Skips::read(&*self.feed, projection.name()).await? != skips {
                // An event may be in these tables that the live ones have passed since.
                self.db.drop_build(projection, build.number).await?;
                (build, skips) = self.resume_or_begin(projection).await?;
                continue;
            }
            // In this order: a log that ends, later, before the place where the tables stood is shorter than they are, and
            // waiting for it would be waiting for ever.
            let live = self.db.position(projection).await?;
            let head = self.feed.head().await?;
            let log_end = if head < live { head } else { u64::MAX };
            match self.db.swap(projection, build.number, log_end).await {
                Ok(true) => return Ok(progress),
                Ok(false) => {}
                // Nobody who came to read has waited for long, and those who were there may be done the next time.
                Err(ReadError::Unavailable(DatabaseError::InUse(_))) if swaps < SWAPS => {
                    swaps += 1;
                    sleep(PAUSE).await;
                }
                Err(ReadError::Unavailable(DatabaseError::InUse(_))) => {
                    return Err(ReadError::InUse { projection: projection.name() });
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The build of an interrupted rebuild, unless the log is not the one it was begun with, or an event was skipped that
    /// may be in it.
    async fn resume_or_begin(&self, projection: &'static dyn Projection) -> Result<(Generation, Skips), ReadError> {
        let begun = self.db.begin_build(projection, State::Building, (self.now)()).await?;
        let skips = Skips::read(&*self.feed, projection.name()).await?;
        let is_of_this_log = match same_log::check(&*self.feed, projection, &begun).await {
            Ok(()) => true,
            Err(error) if error.wants_rebuild() => false,
            Err(error) => return Err(error),
        };
        if is_of_this_log && !skips.reach_into(begun.position) {
            return Ok((begun, skips));
        }
        self.db.drop_build(projection, begun.number).await?;
        Ok((self.db.begin_build(projection, State::Building, (self.now)()).await?, skips))
    }

    /// Builds tables beside the live ones up to the live position, and compares them row by row.
    ///
    /// # Errors
    /// As [`Self::rebuild`]; [`ReadError::BuildGone`] when another verification began in the meantime.
    pub async fn verify(
        &self,
        projection: &'static dyn Projection,
        on_progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Verification, ReadError> {
        self.plan(projection).await?.require_room(projection.name())?;
        let live = self.db.live(projection).await?.ok_or(ReadError::BuildGone)?;
        live.must_be_of(projection)?;
        let build = self.db.begin_build(projection, State::Verifying, (self.now)()).await?;
        let verified = self.fill_and_compare(projection, (build.number, live.position), on_progress).await;
        self.db.drop_build(projection, build.number).await?;
        verified
    }

    /// The live tables are held only once most of the work is done: for as long as somebody holds them nobody can replace
    /// them, and on SQLite the write-ahead log grows.
    async fn fill_and_compare(
        &self,
        projection: &'static dyn Projection,
        (build, most): (i64, u64),
        on_progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Verification, ReadError> {
        self.fill(projection, build, Span { from: 0, to: most, shared: false }, on_progress).await?;
        let snapshot = self.db.snapshot(projection).await?;
        let position = snapshot.position;
        self.fill(projection, build, Span { from: most, to: position, shared: false }, on_progress).await?;
        let (rows, difference) = self.db.compare(projection, snapshot, build).await?;
        Ok(Verification { position, rows, difference })
    }

    /// Fills a build up to the end of the span, or to the head of the log. While a batch is written, the next one is read and
    /// folded.
    async fn fill(
        &self,
        projection: &'static dyn Projection,
        number: i64,
        Span { from, to, shared }: Span,
        on_progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Progress, ReadError> {
        let (mut position, mut ahead) = (from, None);
        loop {
            let Batch { fold, end, head, is_last } = match ahead.take() {
                Some(next) => next,
                None => self.next((projection, number), (position, to), None).await?,
            };
            let is_last = is_last || end >= to;
            let mut reach = |outcome| {
                position = match outcome {
                    Outcome::At(reached) => reached,
                    Outcome::Elsewhere(reached) if shared => reached,
                    // Another one took the build, or made it the live one and it stands still since.
                    Outcome::Elsewhere(_) | Outcome::Stopped { .. } => return Err(ReadError::BuildGone),
                };
                on_progress(Progress { position, head: head.min(to) });
                Ok(())
            };
            match fold {
                Fold::Elsewhere(reached) => reach(Outcome::Elsewhere(reached))?,
                Fold::Ready(folded) => {
                    let before = (!is_last).then(|| Arc::clone(&folded));
                    let write = async { reach(self.db.write_build(projection, number, folded, (self.now)()).await?) };
                    let read = async {
                        // What fails here is tried again by itself, when it is its turn.
                        self.next((projection, number), (end, to), Some(before?)).await.ok()
                    };
                    let (written, read) = tokio::join!(write, read);
                    written?;
                    ahead = read;
                }
            }
            if position >= to || (position >= end && is_last) {
                return Ok(Progress { position, head });
            }
            if position != end {
                ahead = None;
            }
        }
    }

    /// What comes behind `after`, up to `to`, without the events that the projection passes, and what it makes of the rows.
    async fn next(
        &self,
        (projection, number): (&'static dyn Projection, i64),
        (after, to): (u64, u64),
        before: Option<Arc<Folded>>,
    ) -> Result<Batch, ReadError> {
        let skips = Skips::read(&*self.feed, projection.name()).await?;
        let mut page = self.feed.read_on(after, self.batch).await?;
        let head = page.head;
        let is_last = page.events.len() < self.batch && page.next >= head;
        page.events.retain(|event| event.position <= to);
        page.next = page.next.min(to);
        skips.take_out_of(&mut page);
        let end = page.next;
        Ok(Batch { fold: self.db.fold(projection, number, (after, page), before).await?, end, head, is_last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rebuild_has_room_where_twice_the_live_tables_are_free() {
        let plan = |free| Plan { from: 0, head: 9, live: Size { rows: 3, bytes: 1_000 }, free };
        assert_eq!(plan(None).needed(), 2_000);
        for (free, has_room) in [(Some(2_000), true), (Some(1_999), false), (Some(0), false), (None, true)] {
            assert_eq!(plan(free).has_room(), has_room, "{free:?}");
        }
    }

    #[test]
    fn a_refusal_for_want_of_room_says_all_figures_in_one_sentence() {
        let plan = |free| Plan { from: 0, head: 9, live: Size { rows: 3, bytes: 1_250_000_000 }, free: Some(free) };
        assert_eq!(
            plan(2_499_999_999).require_room("members").unwrap_err().to_string(),
            "members: a rebuild needs 2.5 GB free, twice the tables (1.2 GB), and read.db may only grow by 2.4 GB"
        );
        assert!(plan(2_500_000_000).require_room("members").is_ok());
    }
}
