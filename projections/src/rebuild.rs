//! Rebuild: new tables beside the live ones, filled from the log, swapped in when they are complete. Verify: the same,
//! compared and thrown away.

use std::sync::Arc;

use routix_domain::log::EventFeed;

use crate::projection::Projection;
use crate::read_db::{Advance, Difference, Generation, Outcome, ReadDb, ReadError, State};
use crate::same_log;
use crate::skips::Skips;

/// Events a transaction. Measured: a thousand is where more brings nothing on either database.
const BATCH: usize = 1_000;

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

/// Rebuilds projections from the log while others read and write.
#[derive(Clone)]
pub struct Rebuilder {
    pub db: ReadDb,
    pub feed: Arc<dyn EventFeed>,
    /// The clock, in microseconds since 1970.
    pub now: fn() -> i64,
}

/// Which events a build gets.
struct Span {
    from: u64,
    to: u64,
    /// Whether others may be filling the same build.
    shared: bool,
}

impl Rebuilder {
    /// Whether the live tables are of this version and of this log.
    ///
    /// # Errors
    /// Those that want a rebuild ([`ReadError::wants_rebuild`]) when they are not; others when nobody can tell.
    pub async fn check(&self, projection: &'static dyn Projection, live: &Generation) -> Result<(), ReadError> {
        live.must_be_of(projection)?;
        same_log::check(&*self.feed, projection, live).await
    }

    /// Builds new tables and makes them the live ones. An interrupted rebuild goes on where it stopped.
    ///
    /// # Errors
    /// [`ReadError::Poison`] names an event that cannot be applied; the live tables are untouched then, as after any
    /// other error.
    pub async fn rebuild(
        &self,
        projection: &'static dyn Projection,
        on_progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Progress, ReadError> {
        let (mut build, mut skips) = self.resume_or_begin(projection).await?;
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
            if self.db.swap(projection, build.number, log_end).await? {
                return Ok(progress);
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
        let snapshot = self.db.snapshot(projection).await?;
        let position = snapshot.position;
        let build = self.db.begin_build(projection, State::Verifying, (self.now)()).await?;
        let span = Span { from: 0, to: position, shared: false };
        let filled = self.fill(projection, build.number, span, on_progress).await;
        let compared = match filled {
            Ok(_) => self.db.compare(projection, snapshot, build.number).await,
            Err(error) => Err(error),
        };
        self.db.drop_build(projection, build.number).await?;
        let (rows, difference) = compared?;
        Ok(Verification { position, rows, difference })
    }

    /// Fills a build up to the end of the span, or to the head of the log.
    async fn fill(
        &self,
        projection: &'static dyn Projection,
        number: i64,
        Span { from, to, shared }: Span,
        on_progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Progress, ReadError> {
        let mut position = from;
        loop {
            let skips = Skips::read(&*self.feed, projection.name()).await?;
            let mut page = self.feed.read_on(position, BATCH).await?;
            let head = page.head;
            let is_last = page.events.len() < BATCH && page.next >= head;
            page.events.retain(|event| event.position <= to);
            page.next = page.next.min(to);
            skips.take_out_of(&mut page);
            let next = page.next;
            match self.db.advance(projection, Advance::Build(number), (position, page), (self.now)()).await? {
                Outcome::At(reached) => position = reached,
                Outcome::Elsewhere(reached) if shared => position = reached,
                // A build never stops; it fails with `Poison`.
                Outcome::Elsewhere(_) | Outcome::Stopped { .. } => return Err(ReadError::BuildGone),
            }
            on_progress(Progress { position, head: head.min(to) });
            if position >= to || (position >= next && is_last) {
                return Ok(Progress { position, head });
            }
        }
    }
}
