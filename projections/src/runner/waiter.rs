//! Waiting for projections, and asking them how they are.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, interval_at, timeout_at};

/// How often somebody who waits for the whole log hears how far it is.
const REPORT: Duration = Duration::from_secs(5);
/// So many reports without any progress, and the waiting ends.
const PATIENT_REPORTS: u32 = 6;

/// How far one projection has come, as its follower in this process knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Every event of the log up to here is in its tables. 0 when the tables are of another log or another version, and
    /// nobody can say what is in them.
    pub position: u64,
    pub trouble: Option<Trouble>,
}

/// Why a projection does not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub error: String,
    /// It does not pass by itself, so that whoever waits need not wait for the end of its time.
    pub lasting: bool,
}

impl Standing {
    fn has_ended(&self) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| trouble.lasting)
    }
}

pub(super) type Standings = HashMap<&'static str, Standing>;

/// The projection did not reach the position that was waited for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReached {
    #[error("the projection '{name}' stands at position {at} and has not reached {wanted} in time")]
    Late { name: &'static str, at: u64, wanted: u64 },
    #[error("the projection '{name}' has stopped: {error}")]
    Stopped { name: &'static str, error: String },
}

/// Waits until projections have seen a position: reading one's own write.
#[derive(Clone, Debug)]
pub struct Waiter {
    pub(super) standings: watch::Receiver<Standings>,
}

impl Waiter {
    /// How one projection is; the default for one that nobody follows here.
    pub fn standing(&self, name: &str) -> Standing {
        self.standings.borrow().get(name).cloned().unwrap_or_default()
    }

    /// Whether each of `names` still goes on: a promise that rests on one that has stopped is not worth beginning.
    ///
    /// # Errors
    /// [`NotReached::Stopped`] names it.
    pub fn check(&self, names: &[&'static str]) -> Result<(), NotReached> {
        names.iter().try_for_each(|&name| match self.standing(name).trouble {
            Some(Trouble { error, lasting: true }) => Err(NotReached::Stopped { name, error }),
            Some(Trouble { lasting: false, .. }) | None => Ok(()),
        })
    }

    /// Returns once each of `names` has applied every event up to `position`; `limit` is for all of them together.
    ///
    /// # Errors
    /// [`NotReached`] after `limit`, or at once when one of them has stopped.
    pub async fn wait_for(&self, names: &[&'static str], position: u64, limit: Duration) -> Result<(), NotReached> {
        let deadline = Instant::now() + limit;
        for &name in names {
            let mut standings = self.standings.clone();
            let there = |all: &Standings| all.get(name).is_some_and(|one| one.position >= position || one.has_ended());
            // The answer is what ended the waiting, and not what has become of it since.
            let last = match timeout_at(deadline, standings.wait_for(there)).await {
                Ok(Ok(all)) => all.get(name).cloned().unwrap_or_default(),
                Ok(Err(_)) | Err(_) => self.standing(name),
            };
            match last {
                Standing { position: at, .. } if at >= position => {}
                Standing { trouble: Some(Trouble { error, lasting: true }), .. } => {
                    return Err(NotReached::Stopped { name, error });
                }
                Standing { position: at, .. } => return Err(NotReached::Late { name, at, wanted: position }),
            }
        }
        Ok(())
    }

    /// Waits for as long as it takes until each of `names` has applied every event up to `head`, and says now and then
    /// how far they are. Not for one that has stopped, and not for ever when none of them moves.
    pub async fn caught_up(&self, names: &[&'static str], head: u64) {
        let mut standings = self.standings.clone();
        let mut reports = interval_at(Instant::now() + REPORT, REPORT);
        let (mut before, mut without_progress) = (0, 0);
        loop {
            let behind = behind(&standings.borrow_and_update(), names, head);
            if behind.is_empty() {
                return;
            }
            tokio::select! {
                changed = standings.changed() => if changed.is_err() {
                    return;
                },
                _ = reports.tick() => {
                    for (name, position) in &behind {
                        tracing::info!(projection = name, position, head, "catching up with the log");
                    }
                    let reached = behind.iter().map(|(_, position)| position).sum::<u64>();
                    without_progress = if reached > before { 0 } else { without_progress + 1 };
                    before = reached;
                    if without_progress >= PATIENT_REPORTS {
                        tracing::error!(head, "the projections do not move; going on without them");
                        return;
                    }
                }
            }
        }
    }
}

/// Those that have not reached `head` but may.
fn behind(all: &Standings, names: &[&'static str], head: u64) -> Vec<(&'static str, u64)> {
    let standing = |name: &&'static str| (*name, all.get(name).cloned().unwrap_or_default());
    names
        .iter()
        .map(standing)
        .filter(|(_, one)| one.position < head && !one.has_ended())
        .map(|(name, one)| (name, one.position))
        .collect()
}
