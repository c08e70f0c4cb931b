//! Choosing events of the log, and reading those in order.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use routix_domain::log::{EventFeed, FeedError, OVERLAP, RecordedEvent};
use serde_json::Value;
use tokio::task::yield_now;
use uuid::Uuid;

use super::owner::{Owner, Owners};

/// How many events are read at a time.
const PAGE: usize = 1_000;

/// What an event must be to be chosen; `None` and no types is anything.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Recorded then or later.
    pub from: Option<DateTime<Utc>>,
    /// Recorded then or earlier.
    pub to: Option<DateTime<Utc>>,
    /// Types, or their beginnings when they end in a dot.
    pub types: Vec<String>,
    /// The id of who did it, or the kind.
    pub actor: Option<String>,
    pub organization: Option<Uuid>,
    /// The app's id or client id.
    pub app: Option<Uuid>,
    pub request_id: Option<String>,
    /// Only events behind this position.
    pub after: u64,
}

impl Filter {
    /// Whether every event is chosen.
    pub fn is_everything(&self) -> bool {
        let Self { from, to, types, actor, organization, app, request_id, after } = self;
        let by_time = from.is_some() || to.is_some();
        let by_who = actor.is_some() || organization.is_some() || app.is_some() || request_id.is_some();
        !by_time && !by_who && types.is_empty() && *after == 0
    }

    fn is_of_time(&self, event: &RecordedEvent) -> bool {
        self.from.is_none_or(|from| event.recorded_at >= from) && self.to.is_none_or(|to| event.recorded_at <= to)
    }

    fn is_of_type(&self, event: &RecordedEvent) -> bool {
        let fits = |wanted: &String| {
            *wanted == event.event_type || wanted.ends_with('.') && event.event_type.starts_with(wanted.as_str())
        };
        self.types.is_empty() || self.types.iter().any(fits)
    }

    fn is_said_by(&self, metadata: &Value) -> bool {
        let is = |name: &str, wanted: &String| metadata.get(name).and_then(Value::as_str) == Some(wanted);
        self.actor.as_ref().is_none_or(|actor| is("actor_id", actor) || is("actor_kind", actor))
            && self.request_id.as_ref().is_none_or(|id| is("request_id", id))
    }

    fn is_owned_by(&self, owner: Owner) -> bool {
        self.organization.is_none_or(|id| owner.organization_id == Some(id))
            && self.app.is_none_or(|id| owner.app_id == Some(id))
    }

    /// The event with what is known of it, if it is chosen, whatever its position. Whose it is comes last: that may have to
    /// be looked up.
    pub(super) async fn choose(&self, owners: &mut Owners, event: RecordedEvent) -> Result<Option<Chosen>, FeedError> {
        if !self.is_of_time(&event) || !self.is_of_type(&event) {
            return Ok(None);
        }
        let metadata = serde_json::from_str(&event.metadata).unwrap_or(Value::Null);
        if !self.is_said_by(&metadata) {
            return Ok(None);
        }
        let owner = owners.of(&event).await?;
        Ok(self.is_owned_by(owner).then_some(Chosen { event, owner, metadata }))
    }
}

/// An event that was chosen, with what is known of it.
#[derive(Clone, Debug)]
pub struct Chosen {
    pub event: RecordedEvent,
    pub owner: Owner,
    pub metadata: Value,
}

impl Chosen {
    /// A member of the metadata; `None` also for one that is no text.
    pub fn said(&self, name: &str) -> Option<&str> {
        self.metadata.get(name)?.as_str()
    }

    /// What happened, without digests: which secret it was shows in its last four characters. The digests are in the JSONL
    /// export, which must be whole.
    pub fn data(&self) -> Value {
        let mut data = serde_json::from_str(&self.event.payload).unwrap_or(Value::Null);
        if let Some(members) = data.as_object_mut() {
            members.remove("type");
            members.remove("request_fingerprint");
            if let Some(secret) = members.get_mut("secret").and_then(Value::as_object_mut) {
                secret.remove("sha256");
            }
        }
        data
    }
}

/// Reads the chosen events of the log as it is now. In memory is one page, and what [`Owners`] keeps.
pub struct Choice {
    feed: Arc<dyn EventFeed>,
    filter: Filter,
    owners: Owners,
    page: VecDeque<RecordedEvent>,
    read: u64,
    end: u64,
}

impl Choice {
    /// # Errors
    /// [`FeedError`] when the log does not answer.
    pub async fn begin(feed: &Arc<dyn EventFeed>, mut filter: Filter) -> Result<Self, FeedError> {
        let end = feed.head().await?;
        let mut owners = Owners::new(feed);
        // An app's own events know its client id; those of consents and codes know the id.
        if let Some(app) = filter.app
            && owners.client_of(app).await?.is_none()
            && let Some(id) = app_of_client(feed, app, end).await?
        {
            filter.app = Some(id);
        }
        let earliest = match filter.from {
            Some(time) => last_before(feed, time, end).await?,
            None => 0,
        };
        let read = filter.after.max(earliest);
        Ok(Self { feed: Arc::clone(feed), filter, owners, page: VecDeque::new(), read, end })
    }

    /// How far it has read, and up to where it will.
    pub fn progress(&self) -> (u64, u64) {
        (self.page.front().map_or(self.read, |event| event.position), self.end)
    }

    /// The next chosen event, oldest first.
    ///
    /// # Errors
    /// [`FeedError`], with the position for an event that cannot be read.
    pub async fn next(&mut self) -> Result<Option<Chosen>, FeedError> {
        loop {
            let Some(event) = self.next_of_log().await? else { return Ok(None) };
            if self.filter.to.is_some_and(|to| event.recorded_at > to.checked_add_signed(OVERLAP).unwrap_or(to)) {
                return Ok(None);
            }
            if let Some(chosen) = self.filter.choose(&mut self.owners, event).await? {
                return Ok(Some(chosen));
            }
        }
    }

    async fn next_of_log(&mut self) -> Result<Option<RecordedEvent>, FeedError> {
        while self.page.is_empty() && self.read < self.end {
            // A store may answer without waiting. Whoever takes what was written of the page before gets his turn here.
            yield_now().await;
            let page = self.feed.read_on(self.read, PAGE).await?;
            // What came after we began is for the next one who asks.
            self.read = if page.next > self.read { page.next } else { self.end };
            self.page.extend(page.events.into_iter().take_while(|event| event.position <= self.end));
        }
        Ok(self.page.pop_front())
    }
}

/// A position behind which every event was recorded at this time or later.
pub(super) async fn last_before(feed: &Arc<dyn EventFeed>, time: DateTime<Utc>, end: u64) -> Result<u64, FeedError> {
    let time = time.checked_sub_signed(OVERLAP).unwrap_or(time);
    let (mut before, mut not_before) = (0, end);
    while before < not_before {
        let middle = before + (not_before - before) / 2;
        match feed.read_after(middle, 1).await?.events.pop() {
            Some(event) if event.recorded_at < time => before = event.position,
            Some(_) | None => not_before = middle,
        }
    }
    Ok(before)
}

/// The app with this client id. There is no index of them in the log: one pass over the registrations.
async fn app_of_client(feed: &Arc<dyn EventFeed>, client_id: Uuid, end: u64) -> Result<Option<Uuid>, FeedError> {
    let types = vec!["app.registered".to_owned()];
    let filter = Filter { types, ..Filter::default() };
    let (feed, owners) = (Arc::clone(feed), Owners::new(feed));
    let mut all = Choice { feed, filter, owners, page: VecDeque::new(), read: 0, end };
    while let Some(chosen) = all.next().await? {
        if chosen.owner.client_id == Some(client_id) {
            return Ok(chosen.owner.app_id);
        }
    }
    Ok(None)
}
