//! Keeps the live tables up to date, and lets a command wait until its own event is in them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use routix_domain::log::{EventFeed, FeedError};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::projection::Projection;
use crate::read_db::{Advance, Generation, Outcome, ReadDb, ReadError};

const BATCH: usize = 1_000;

/// How far one projection has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reached {
    position: u64,
    stopped: Option<String>,
}

/// The projection did not reach the position that was waited for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReached {
    #[error("the projection '{name}' stands at position {at} and has not reached {wanted} in time")]
    Late { name: &'static str, at: u64, wanted: u64 },
    #[error("the projection '{name}' has stopped: {error}")]
    Stopped { name: &'static str, error: String },
}

/// One task a projection. Any number of runners may work on the same tables, in any number of processes.
pub struct Runner {
    reached: watch::Receiver<HashMap<&'static str, Reached>>,
    tasks: JoinSet<()>,
}

impl Runner {
    /// Starts following the log. The tables must have been prepared.
    pub fn start(
        db: &ReadDb,
        feed: &Arc<dyn EventFeed>,
        projections: &[&'static dyn Projection],
        now: fn() -> i64,
    ) -> Self {
        let (sender, reached) = watch::channel(HashMap::new());
        let sender = Arc::new(sender);
        let mut tasks = JoinSet::new();
        for &projection in projections {
            let follower =
                Follower { db: db.clone(), feed: Arc::clone(feed), projection, now, reached: Arc::clone(&sender) };
            tasks.spawn(follower.run());
        }
        Self { reached, tasks }
    }

    /// What waits for projections; cheap to clone.
    pub fn waiter(&self) -> Waiter {
        Waiter { reached: self.reached.clone() }
    }

    /// Ends the tasks. A batch that is being written is finished or rolled back by the database.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// Waits until projections have seen a position: reading one's own write.
#[derive(Clone, Debug)]
pub struct Waiter {
    reached: watch::Receiver<HashMap<&'static str, Reached>>,
}

impl Waiter {
    /// Whether one of `names` has stopped.
    ///
    /// # Errors
    /// [`NotReached::Stopped`] names it.
    pub fn check(&self, names: &[&'static str]) -> Result<(), NotReached> {
        let all = self.reached.borrow();
        for &name in names {
            if let Some(Reached { stopped: Some(error), .. }) = all.get(name) {
                return Err(NotReached::Stopped { name, error: error.clone() });
            }
        }
        Ok(())
    }

    /// Returns once each of `names` has applied every event up to `position`; `limit` is for all of them together.
    ///
    /// # Errors
    /// [`NotReached`] after `limit`, or at once when one of them has stopped.
    pub async fn wait_for(&self, names: &[&'static str], position: u64, limit: Duration) -> Result<(), NotReached> {
        let deadline = Instant::now() + limit;
        for &name in names {
            let mut reached = self.reached.clone();
            let there = |all: &HashMap<&'static str, Reached>| {
                all.get(name).is_some_and(|reached| reached.position >= position || reached.stopped.is_some())
            };
            // The answer is what ended the waiting, and not what has become of it since.
            let last = match timeout_at(deadline, reached.wait_for(there)).await {
                Ok(Ok(all)) => all.get(name).cloned(),
                Ok(Err(_)) | Err(_) => self.reached.borrow().get(name).cloned(),
            };
            match last.unwrap_or_default() {
                Reached { position: at, .. } if at >= position => {}
                Reached { stopped: Some(error), .. } => return Err(NotReached::Stopped { name, error }),
                Reached { position: at, stopped: None } => {
                    return Err(NotReached::Late { name, at, wanted: position });
                }
            }
        }
        Ok(())
    }
}

struct Follower {
    db: ReadDb,
    feed: Arc<dyn EventFeed>,
    projection: &'static dyn Projection,
    now: fn() -> i64,
    reached: Arc<watch::Sender<HashMap<&'static str, Reached>>>,
}

impl Follower {
    async fn run(self) {
        let mut position = 0;
        let mut last_error = None;
        loop {
            match self.step(position).await {
                Ok(Step { outcome: Outcome::At(reached) | Outcome::Elsewhere(reached), more }) => {
                    last_error = None;
                    position = reached;
                    self.publish(Reached { position, stopped: None });
                    if more {
                        continue;
                    }
                }
                Ok(Step { outcome: Outcome::Stopped { reached, position: at, error }, .. }) => {
                    if last_error.as_ref() != Some(&error) {
                        tracing::error!(
                            projection = self.projection.name(),
                            position = at,
                            error,
                            "projection stopped"
                        );
                        last_error = Some(error.clone());
                    }
                    position = reached;
                    self.publish(Reached { position, stopped: Some(error) });
                    // The offender is behind `position` and will be there for a while: nothing but a rebuild helps, and
                    // the bell of every append would only make this turn in circles.
                    self.feed.wait(u64::MAX).await;
                    continue;
                }
                Err(error) => {
                    let text = error.to_string();
                    if last_error.as_ref() != Some(&text) {
                        tracing::error!(projection = self.projection.name(), error = text, "projection cannot go on");
                        last_error = Some(text);
                    }
                    if let Some(stopped) = lasting(&error) {
                        self.publish(Reached { position, stopped: Some(stopped) });
                    }
                    // A rebuild may have put other tables in their place.
                    position = self.db.position(self.projection).await.unwrap_or(position);
                    // The bell may be ringing; a moment of rest keeps a broken disk from spinning a core.
                    self.feed.wait(u64::MAX).await;
                    continue;
                }
            }
            self.feed.wait(position).await;
        }
    }

    async fn step(&self, after: u64) -> Result<Step, ReadError> {
        let page = self.feed.read_after(after, BATCH).await?;
        if page.head < after {
            let projection = self.projection.name();
            return Err(ReadError::AheadOfLog { projection, at: after, head: page.head });
        }
        let more = page.events.len() == BATCH;
        if page.next == after && after > 0 {
            // Nothing new; whether the tables were stopped or retried in the meantime still has to be seen.
            let status = self.db.status(&[self.projection]).await?;
            let follows = |live: &Generation| live.error.is_none() && live.version == self.projection.version();
            let still = status.first().and_then(|status| status.live.as_ref()).is_some_and(follows);
            if still {
                return Ok(Step { outcome: Outcome::At(after), more: false });
            }
        }
        let outcome = self.db.advance(self.projection, Advance::Live, (after, page), (self.now)()).await?;
        let elsewhere = matches!(outcome, Outcome::Elsewhere(_));
        Ok(Step { outcome, more: more || elsewhere })
    }

    fn publish(&self, reached: Reached) {
        self.reached.send_if_modified(|all| {
            let changed = all.get(self.projection.name()) != Some(&reached);
            if changed {
                all.insert(self.projection.name(), reached);
            }
            changed
        });
    }
}

/// What does not pass by itself, so that whoever waits need not wait for the end of its time.
fn lasting(error: &ReadError) -> Option<String> {
    match error {
        ReadError::Feed(corrupt @ FeedError::Corrupt { .. }) => Some(corrupt.to_string()),
        ReadError::AheadOfLog { .. } | ReadError::OtherVersion { .. } => Some(error.to_string()),
        ReadError::Feed(FeedError::Unavailable(_))
        | ReadError::Unavailable(_)
        | ReadError::Row(_)
        | ReadError::Poison { .. }
        | ReadError::BuildGone
        | ReadError::Cancelled => None,
    }
}

struct Step {
    outcome: Outcome,
    more: bool,
}
