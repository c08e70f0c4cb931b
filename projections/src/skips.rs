//! The events that a projection passes because an operator wants it so: one that it cannot apply stops it, and nothing but
//! this makes it go on without a version that can.
//!
//! They stand in the log, in the stream of the projection. So every rebuild and every verification passes the same ones, and
//! comes to the same rows. Position and id have both to be those of the event; another one in its place is not passed.

use chrono::{DateTime, Utc};
use routix_domain::log::{Actor, EventFeed, Fact, FeedError, Page, RecordedEvent, UnreadableEvent};
use routix_domain::projection::ProjectionEvent;
use uuid::Uuid;

/// The type of the streams that they are in.
const STREAMS: &str = "projection";

/// An event that a projection passes, and who decided that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// Where the event stands in the log.
    pub position: u64,
    pub event_id: Uuid,
    /// In the words of the operator.
    pub reason: String,
    pub actor: Actor,
    pub skipped_at: DateTime<Utc>,
}

/// Those of one projection, in the order in which they were decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skips(Vec<Skip>);

impl Skips {
    /// Those of the projection `name`, as the log has them now.
    ///
    /// # Errors
    /// [`FeedError`]; `Corrupt` for one that this version cannot read: without it nobody knows what is passed.
    pub async fn read(feed: &dyn EventFeed, name: &str) -> Result<Self, FeedError> {
        let events = feed.read_stream(STREAMS, name).await?;
        let skips = events.iter().filter_map(|event| {
            let corrupt =
                |error: UnreadableEvent| FeedError::Corrupt { position: event.position, source: error.into() };
            skip(event).map_err(corrupt).transpose()
        });
        skips.collect::<Result<_, _>>().map(Self)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Skip> {
        self.0.iter()
    }

    /// Takes the skipped events out of a page. Its end stays where it is, so that whoever applies it comes past them.
    pub(crate) fn take_out_of(&self, page: &mut Page) {
        let is_skipped = |event: &RecordedEvent| {
            self.0.iter().any(|skip| (skip.position, skip.event_id) == (event.position, event.event_id))
        };
        page.events.retain(|event| !is_skipped(event));
    }

    /// Whether one of them is at or before `position`.
    pub(crate) fn reach_into(&self, position: u64) -> bool {
        self.0.iter().any(|skip| skip.position <= position)
    }
}

fn skip(event: &RecordedEvent) -> Result<Option<Skip>, UnreadableEvent> {
    let Fact::Projection { event: ProjectionEvent::EventSkipped { position, event_id, reason }, .. } = event.fact()?
    else {
        return Ok(None);
    };
    let actor = event.metadata()?.actor;
    Ok(Some(Skip { position, event_id, reason, actor, skipped_at: event.recorded_at }))
}
