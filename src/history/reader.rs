//! Collecting the streams of an app and of its consents.

use std::sync::Arc;

use routix_domain::history::AppHistory;
use routix_domain::log::{EventFeed, FeedError, UnreadableEvent};
use routix_projections::{ReadDb, ReadError, consents};
use uuid::Uuid;

use crate::store::identity::{IdentityDb, IdentityError};

/// Reads histories, and the names of those who made them.
#[derive(Clone)]
pub struct HistoryReader {
    pub feed: Arc<dyn EventFeed>,
    pub read: ReadDb,
    pub identity: IdentityDb,
}

/// Why a history could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error("an event of the history cannot be read")]
    Unreadable(#[from] UnreadableEvent),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl HistoryReader {
    /// Everything that ever happened to an app and to the consents to it, up to the head of the log at this moment. Empty
    /// when there is no such app.
    ///
    /// # Errors
    /// [`HistoryError`] when a store does not answer or an event cannot be read.
    pub async fn of_app(&self, app_id: Uuid) -> Result<AppHistory, HistoryError> {
        // The streams are read one after the other; what is appended meanwhile would be there in some and not in others.
        let head = self.feed.head().await?;
        let mut events = self.feed.read_stream("app", &app_id.to_string()).await?;
        for consent in consents::ever_of_app(&self.read, app_id).await? {
            events.extend(self.feed.read_stream("consent", &consent.consent_id.to_string()).await?);
        }
        events.retain(|event| event.position <= head);
        Ok(AppHistory::of(app_id, events)?)
    }
}
