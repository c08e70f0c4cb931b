//! Whether tables were made from the log that is there: a log that was restored from an older backup is another one from
//! the restored place on, even when it has outgrown the tables since.

use routix_domain::log::{EventFeed, RecordedEvent};

use crate::projection::Projection;
use crate::read_db::{Generation, ReadError};

/// The last event that tables have seen, so that it can be known again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub position: u64,
    pub event: String,
}

impl Mark {
    /// The id says which place of which stream it is, and so comes again when that place is written anew after a restore;
    /// the time does not.
    pub fn of(event: &RecordedEvent) -> Self {
        let text = format!("{} {}", event.event_id, event.recorded_at.timestamp_micros());
        Self { position: event.position, event: text }
    }
}

/// # Errors
/// [`ReadError::AheadOfLog`] and [`ReadError::OtherLog`] for tables that only a rebuild brings back.
pub(crate) async fn check(
    feed: &dyn EventFeed,
    projection: &dyn Projection,
    tables: &Generation,
) -> Result<(), ReadError> {
    let (projection, at) = (projection.name(), tables.position);
    let head = feed.head().await?;
    if head < at {
        return Err(ReadError::AheadOfLog { projection, at, head });
    }
    let Some(mark) = &tables.mark else { return Ok(()) };
    let page = feed.read_after(mark.position.saturating_sub(1), 1).await?;
    if page.events.first().map(Mark::of).as_ref() == Some(mark) {
        Ok(())
    } else {
        Err(ReadError::OtherLog { projection, at: mark.position })
    }
}
