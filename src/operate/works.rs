//! Rebuilds and verifications that were asked for at a page: they run in the background of this process, one a projection.
//!
//! What they have come to is kept in memory, until the next of the same projection or the end of the process. One that the
//! end of the process interrupts has changed nothing that is read; a rebuild goes on from there when it is asked for again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use routix_projections::Projection;
use routix_projections::ReadError;
use routix_projections::rebuild::{Plan, Progress, Rebuilder, Verification};
use tokio::task::JoinSet;

use crate::system::System;

/// What is done with a projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Rebuild,
    Verify,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The new tables are live; they hold the log up to this position.
    Rebuilt { position: u64 },
    /// As many rows as these are the same on both sides, at this position.
    Equal { rows: u64, position: u64 },
    /// The first place where the live tables are not what the log says.
    Differs { place: String, position: u64 },
    /// The tables that are read are as they were.
    Failed { error: String },
    /// It ended without a word: it panicked.
    Lost,
}

/// One rebuild or verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    pub kind: Kind,
    pub began: DateTime<Utc>,
    /// `None` before the first batch.
    pub progress: Option<Progress>,
    /// Where and when the first batch ended: what an interrupted rebuild had done before is not its speed.
    first: Option<(DateTime<Utc>, u64)>,
    /// `None` while it runs.
    pub ended: Option<(DateTime<Utc>, Outcome)>,
}

impl Work {
    /// Events a second, once that can be told.
    pub fn rate(&self, now: DateTime<Utc>) -> Option<u64> {
        let ((since, from), progress) = self.first.zip(self.progress)?;
        let milliseconds = u64::try_from((now - since).num_milliseconds()).ok()?;
        (progress.position.saturating_sub(from) * 1_000).checked_div(milliseconds).filter(|rate| *rate > 0)
    }

    /// How many seconds it takes at this rate to come to the end of the log.
    pub fn seconds_left(&self, now: DateTime<Utc>) -> Option<u64> {
        let Progress { position, head } = self.progress?;
        head.saturating_sub(position).checked_div(self.rate(now)?)
    }

    pub fn is_running(&self) -> bool {
        self.ended.is_none()
    }
}

/// Somebody else began one for this projection, and it is not done; or the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rebuild or verification of this projection is under way")]
pub struct UnderWay;

/// The works of this process. Clones share them.
#[derive(Clone)]
pub struct Works {
    rebuilder: Rebuilder,
    system: System,
    known: Arc<Mutex<HashMap<&'static str, Work>>>,
    /// `None` once the process ends.
    tasks: Arc<Mutex<Option<JoinSet<()>>>>,
}

impl Works {
    pub fn new(rebuilder: Rebuilder, system: System) -> Self {
        Self { rebuilder, system, known: Arc::default(), tasks: Arc::new(Mutex::new(Some(JoinSet::new()))) }
    }

    /// What a rebuild would do.
    ///
    /// # Errors
    /// [`ReadError`] when the log or the read models do not answer.
    pub async fn plan(&self, projection: &'static dyn Projection) -> Result<Plan, ReadError> {
        self.rebuilder.plan(projection).await
    }

    /// Begins one.
    ///
    /// # Errors
    /// [`UnderWay`] while another one of the same projection runs here.
    pub fn begin(&self, projection: &'static dyn Projection, kind: Kind) -> Result<(), UnderWay> {
        let mut tasks = locked(&self.tasks);
        let tasks = tasks.as_mut().ok_or(UnderWay)?;
        while tasks.try_join_next().is_some() {}
        let mut known = locked(&self.known);
        if known.get(projection.name()).is_some_and(Work::is_running) {
            return Err(UnderWay);
        }
        let work = Work { kind, began: self.system.now(), progress: None, first: None, ended: None };
        known.insert(projection.name(), work);
        tasks.spawn(Running { works: self.clone(), projection, outcome: Outcome::Lost }.run(kind));
        Ok(())
    }

    /// What is and was done with a projection here, most recently.
    pub fn of(&self, name: &str) -> Option<Work> {
        locked(&self.known).get(name).cloned()
    }

    /// Ends all of them, and takes no more.
    pub async fn stop(&self) {
        let tasks = locked(&self.tasks).take();
        if let Some(mut tasks) = tasks {
            tasks.shutdown().await;
        }
    }

    fn note(&self, name: &'static str, change: impl FnOnce(&mut Work, DateTime<Utc>)) {
        let now = self.system.now();
        if let Some(work) = locked(&self.known).get_mut(name) {
            change(work, now);
        }
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A work on its way. However it ends, it is noted that it did.
struct Running {
    works: Works,
    projection: &'static dyn Projection,
    outcome: Outcome,
}

impl Running {
    async fn run(mut self, kind: Kind) {
        let (works, name) = (self.works.clone(), self.projection.name());
        let mut say = |progress: Progress| {
            works.note(name, |work, now| {
                work.first.get_or_insert((now, progress.position));
                work.progress = Some(progress);
            });
        };
        let rebuilder = &self.works.rebuilder;
        let done = match kind {
            Kind::Rebuild => {
                let rebuilt = rebuilder.rebuild(self.projection, &mut say).await;
                rebuilt.map(|Progress { position, .. }| Outcome::Rebuilt { position })
            }
            Kind::Verify => rebuilder.verify(self.projection, &mut say).await.map(verified),
        };
        self.outcome = done.unwrap_or_else(|error| {
            tracing::error!(projection = name, ?error, "a rebuild or verification failed");
            Outcome::Failed { error: error.answer() }
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let outcome = self.outcome.clone();
        self.works.note(self.projection.name(), |work, now| work.ended = Some((now, outcome)));
    }
}

fn verified(Verification { position, rows, difference }: Verification) -> Outcome {
    match difference {
        None => Outcome::Equal { rows, position },
        Some(difference) => Outcome::Differs { place: difference.place(), position },
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn work(first: u64, position: u64) -> (Work, DateTime<Utc>) {
        let began = DateTime::UNIX_EPOCH;
        let progress = Some(Progress { position, head: 10_000 });
        (Work { kind: Kind::Rebuild, began, progress, first: Some((began, first)), ended: None }, began)
    }

    #[test]
    fn the_rate_is_counted_from_the_first_batch_on() {
        let (work, began) = work(1_000, 3_000);
        let now = began + TimeDelta::seconds(5);
        assert_eq!((work.rate(now), work.seconds_left(now)), (Some(400), Some(17)));
    }

    #[test]
    fn without_a_rate_nobody_says_how_long_it_takes() {
        let (work, began) = work(1_000, 1_000);
        for now in [began, began + TimeDelta::seconds(5), began - TimeDelta::seconds(5)] {
            assert_eq!((work.rate(now), work.seconds_left(now)), (None, None), "{now}");
        }
    }
}
