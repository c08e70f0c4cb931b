//! Let a projection pass the event at which it stands: an event for the auditors, and for every later rebuild.

use routix_domain::log::{FeedError, RecordedEvent};
use routix_domain::projection::{ProjectionCommand, ProjectionError, ProjectionSkips};
use routix_projections::read_db::{Generation, State};
use routix_projections::{Projection, ReadError};

use super::bus::{CommandError, Commands};
use super::origin::Origin;

/// Why nothing was skipped.
#[derive(Debug, thiserror::Error)]
pub enum SkipError {
    #[error("{0} does not stand at an event; there is nothing to skip")]
    NotStopped(&'static str),
    #[error("{name} stands at position {position}, and there is no event any more; rebuild it")]
    NoEvent { name: &'static str, position: u64 },
    /// The skip is recorded.
    #[error("{0} went on in the meantime, perhaps with the event; rebuild it, which passes the event")]
    WentOn(&'static str),
    #[error(transparent)]
    Command(#[from] CommandError<ProjectionError>),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Feed(#[from] FeedError),
}

impl Commands {
    /// The event at which a projection has stopped.
    ///
    /// # Errors
    /// [`SkipError::NotStopped`] and [`SkipError::NoEvent`]; others when a store does not answer.
    pub async fn offender(&self, projection: &'static dyn Projection) -> Result<RecordedEvent, SkipError> {
        let name = projection.name();
        let live = self.read.status(&[projection]).await?.pop().and_then(|status| status.live);
        let Some(Generation { state: State::Stopped, error_position: Some(position), .. }) = live else {
            return Err(SkipError::NotStopped(name));
        };
        let page = self.feed.read_after(position.saturating_sub(1), 1).await?;
        let found = page.events.into_iter().find(|event| event.position == position);
        found.ok_or(SkipError::NoEvent { name, position })
    }

    /// Lets a stopped projection go on behind the event at which it stands, and every later rebuild of it as well.
    ///
    /// # Errors
    /// [`SkipError`]; only `WentOn`, and perhaps `Command`, leave an event behind.
    pub async fn skip_event(
        &self,
        projection: &'static dyn Projection,
        reason: String,
        origin: &Origin,
    ) -> Result<RecordedEvent, SkipError> {
        let offender = self.offender(projection).await?;
        let (position, event_id) = (offender.position, offender.event_id);
        let command = ProjectionCommand::SkipEvent { position, event_id, reason };
        // The event first: whoever tries again without one meets the same offender.
        self.execute::<ProjectionSkips>(projection.name(), command, origin).await?;
        if self.read.retry_at(projection, position).await? {
            Ok(offender)
        } else {
            Err(SkipError::WentOn(projection.name()))
        }
    }
}
