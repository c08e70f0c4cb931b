//! Where each projection stands and whether it follows the log, for `/readyz` and for the operators' pages.

use std::time::Duration;

use futures_util::future::join_all;
use routix_domain::log::Sealed;
use routix_projections::projection;
use routix_projections::read_db::{Generation, ProjectionStatus, State};
use routix_projections::skips::Skips;
use tokio::time::timeout;

use super::{Health, Lag, lag};

/// How long one look may take: who asks wants to know soon, and silence is an answer too.
const LOOK: Duration = Duration::from_secs(3);

/// What is known of one projection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectionStanding {
    pub name: &'static str,
    /// What its tables say of themselves; `None` when there are none.
    pub live: Option<Generation>,
    /// `None` when the end of the log is not known.
    pub lag: Option<Lag>,
    /// Whether it goes on with the log.
    pub follows: bool,
    /// What its follower in this process says, else what stands beside the tables.
    pub last_error: Option<String>,
    /// The events that it passes; `None` when the log does not answer.
    pub skips: Option<Skips>,
}

/// What a store says; nothing when it fails, or says nothing for too long.
pub(super) async fn answer<T, E>(question: impl Future<Output = Result<T, E>>) -> Option<T> {
    timeout(LOOK, question).await.ok()?.ok()
}

impl Health {
    /// How far the log is sealed; `None` when the evidence does not answer.
    pub async fn sealed(&self) -> Option<Sealed> {
        answer(self.seals.sealed()).await
    }

    /// The end of the log and every projection; `None` for what does not answer.
    pub async fn standings(&self) -> (Option<u64>, Option<Vec<ProjectionStanding>>) {
        let (feed, all) = (self.store.feed(), projection::all());
        let (head, statuses) = tokio::join!(answer(feed.head()), answer(self.read.status(&all)));
        let Some(statuses) = statuses else { return (head, None) };
        (head, Some(join_all(statuses.into_iter().map(|status| self.standing(status, head))).await))
    }

    async fn standing(
        &self,
        ProjectionStatus { name, live }: ProjectionStatus,
        head: Option<u64>,
    ) -> ProjectionStanding {
        let trouble = self.projections.standing(name).trouble.map(|trouble| trouble.error);
        let follows = trouble.is_none() && live.as_ref().is_some_and(|live| live.state == State::Live);
        let lag = match live.as_ref().zip(head) {
            Some((live, head)) => {
                let feed = self.store.feed();
                timeout(LOOK, lag(&*feed, &self.system, live.position, head)).await.ok()
            }
            None => None,
        };
        let feed = self.store.feed();
        let skips = answer(Skips::read(&*feed, name)).await;
        let last_error = trouble.or_else(|| live.as_ref().and_then(|live| live.error.clone()));
        ProjectionStanding { name, live, lag, follows, last_error, skips }
    }
}
