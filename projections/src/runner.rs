//! Keeps the live tables up to date, and lets a command wait until its own event is in them.

mod shared_reads;
mod waiter;

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;
use std::time::Instant;

use routix_domain::log::EventFeed;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use self::shared_reads::SharedReads;
use self::waiter::Standings;
pub use self::waiter::{NotReached, Standing, Trouble, Waiter};
use crate::measure;
use crate::projection::Projection;
use crate::read_db::{Advance, Outcome, ReadDb, ReadError};
use crate::same_log;
use crate::skips::Skips;

const BATCH: usize = 1_000;

/// One task a projection. Any number of runners may work on the same tables, in any number of processes.
pub struct Runner {
    standings: watch::Receiver<Standings>,
    tasks: JoinSet<()>,
}

impl Runner {
    /// Starts following the log, as the server does it: an event that a projection cannot apply stops it, in its tables.
    /// The tables must have been prepared.
    pub fn start(
        db: &ReadDb,
        feed: &Arc<dyn EventFeed>,
        projections: &[&'static dyn Projection],
        now: fn() -> i64,
    ) -> Self {
        Self::follow((db, feed), projections, Advance::Live, now)
    }

    /// Starts following the log as a command does it, which may be of another version than the server beside it: what it
    /// cannot apply is its own trouble and is not written down.
    pub fn start_beside(
        db: &ReadDb,
        feed: &Arc<dyn EventFeed>,
        projections: &[&'static dyn Projection],
        now: fn() -> i64,
    ) -> Self {
        Self::follow((db, feed), projections, Advance::Beside, now)
    }

    fn follow(
        (db, feed): (&ReadDb, &Arc<dyn EventFeed>),
        projections: &[&'static dyn Projection],
        target: Advance,
        now: fn() -> i64,
    ) -> Self {
        let (sender, standings) = watch::channel(HashMap::new());
        let sender = Arc::new(sender);
        let feed: Arc<dyn EventFeed> = Arc::new(SharedReads::new(Arc::clone(feed), BATCH));
        let mut tasks = JoinSet::new();
        for &projection in projections {
            let follower = Follower {
                db: db.clone(),
                feed: Arc::clone(&feed),
                projection,
                target,
                now,
                standings: Arc::clone(&sender),
                checked: None,
                skips: Skips::default(),
            };
            tasks.spawn(follower.run());
        }
        Self { standings, tasks }
    }

    /// What waits for projections; cheap to clone.
    pub fn waiter(&self) -> Waiter {
        Waiter { standings: self.standings.clone() }
    }

    /// Ends the tasks. A batch that is being written is finished or rolled back by the database.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

struct Follower {
    db: ReadDb,
    feed: Arc<dyn EventFeed>,
    projection: &'static dyn Projection,
    target: Advance,
    now: fn() -> i64,
    standings: Arc<watch::Sender<Standings>>,
    /// The generation whose last event was found in the log.
    checked: Option<i64>,
    /// What was skipped when these tables were looked at first, or stood at an event last.
    skips: Skips,
}

impl Follower {
    async fn run(mut self) {
        let (mut position, mut was_cancelled) = (0, false);
        loop {
            let step = self.step().await;
            let is_cancelled = matches!(step, Err(ReadError::Cancelled));
            let again = mem::replace(&mut was_cancelled, is_cancelled);
            let behind = match step {
                Ok(Step { outcome: Outcome::At(reached) | Outcome::Elsewhere(reached), more }) => {
                    position = reached;
                    self.publish(Standing { position, trouble: None }, "");
                    if more {
                        continue;
                    }
                    position
                }
                Ok(Step { outcome: Outcome::Stopped { reached, error, .. }, .. }) => {
                    position = reached;
                    let trouble = Trouble { error: error.clone(), lasting: true };
                    self.publish(Standing { position, trouble: Some(trouble) }, &error);
                    // The offender is behind `position` and will be there for a while: nothing but an operator helps, and
                    // the bell of every append would only make this turn in circles.
                    u64::MAX
                }
                // The process is ending, and this with it as soon as it rests. Whatever else it is, it comes again.
                Err(ReadError::Cancelled) if !again => u64::MAX,
                Err(error) => {
                    self.checked = None;
                    let known = if error.wants_rebuild() { 0 } else { position };
                    let trouble = Trouble { error: error.answer(), lasting: error.is_lasting() };
                    self.publish(Standing { position: known, trouble: Some(trouble) }, &error.sentence());
                    // The bell may be ringing; a moment of rest keeps a broken disk from spinning a core.
                    u64::MAX
                }
            };
            self.feed.wait(behind).await;
        }
    }

    /// Tries as one that stops nothing first: the event may have been skipped since the last look.
    async fn step(&mut self) -> Result<Step, ReadError> {
        match self.step_as(Advance::Beside).await {
            Err(ReadError::Poison { .. }) => {
                self.read_skips().await?;
                self.step_as(self.target).await
            }
            other => other,
        }
    }

    async fn read_skips(&mut self) -> Result<(), ReadError> {
        self.skips = Skips::read(&*self.feed, self.projection.name()).await?;
        Ok(())
    }

    /// Looks at the tables first: whether they stand still, whose they are and how far they are may all have changed.
    async fn step_as(&mut self, target: Advance) -> Result<Step, ReadError> {
        let live = self.db.live(self.projection).await?.ok_or(ReadError::BuildGone)?;
        live.must_be_of(self.projection)?;
        if let Some(outcome) = live.standstill() {
            // When it goes on, that may be because its event was skipped.
            self.checked = None;
            return Ok(Step { outcome, more: false });
        }
        if self.checked != Some(live.number) {
            same_log::check(&*self.feed, self.projection, &live).await?;
            self.read_skips().await?;
            self.checked = Some(live.number);
        }
        let after = live.position;
        let mut page = self.feed.read_after(after, BATCH).await?;
        if page.head < after {
            return Err(ReadError::AheadOfLog { projection: self.projection.name(), at: after, head: page.head });
        }
        if page.next == after {
            return Ok(Step { outcome: Outcome::At(after), more: false });
        }
        let (next, events, began) = (page.next, page.events.len(), Instant::now());
        self.skips.take_out_of(&mut page);
        let span = measure::applying(self.projection.name(), events);
        let advance = self.db.advance(self.projection, target, (after, page), (self.now)());
        let outcome = advance.instrument(span).await?;
        measure::batch(self.projection.name(), events, began.elapsed());
        let more = match outcome {
            Outcome::At(reached) => events == BATCH || reached < next,
            Outcome::Elsewhere(_) => true,
            Outcome::Stopped { .. } => false,
        };
        Ok(Step { outcome, more })
    }

    /// Tells those who wait, and writes a new trouble with all of its `cause` to the log of the program.
    fn publish(&self, standing: Standing, cause: &str) {
        let name = self.projection.name();
        self.standings.send_if_modified(|all| {
            let before = all.get(name);
            let changed = before != Some(&standing);
            let known = before.and_then(|before| before.trouble.as_ref());
            match &standing.trouble {
                Some(trouble) if Some(trouble) != known => {
                    tracing::error!(projection = name, error = cause, "projection cannot go on");
                }
                None if known.is_some() => tracing::info!(projection = name, "projection goes on"),
                Some(_) | None => {}
            }
            if changed {
                all.insert(name, standing);
            }
            changed
        });
    }
}

struct Step {
    outcome: Outcome,
    more: bool,
}
