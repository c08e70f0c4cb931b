//! How far read models are behind the log.

use routix_domain::log::EventFeed;

use crate::system::System;

/// What a projection has yet to apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lag {
    pub events: u64,
    /// How long the first of them has been waiting; `None` when it cannot be read.
    pub seconds: Option<i64>,
}

/// The lag of tables that stand at `position`, in a log that ends at `head`.
pub async fn lag(feed: &dyn EventFeed, system: &System, position: u64, head: u64) -> Lag {
    let events = head.saturating_sub(position);
    if events == 0 {
        return Lag { events, seconds: Some(0) };
    }
    let first = feed.read_after(position, 1).await.ok().and_then(|page| page.events.into_iter().next());
    let seconds = first.map(|event| (system.now() - event.recorded_at).num_seconds().max(0));
    Lag { events, seconds }
}
