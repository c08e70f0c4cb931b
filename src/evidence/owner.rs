//! To which organization and app an event belongs.
//!
//! The first event of a stream says it: `app.registered`, `consent.granted`, `authorization.code_issued`. It is looked up
//! by two reads of an index when a later event of the stream comes, and kept for the next ones, for so many streams at a
//! time as are said below; so the reader may begin anywhere in the log. What cannot be told belongs to nobody: reservations
//! and signing keys are the whole installation's.

use std::collections::HashMap;
use std::sync::Arc;

use routix_domain::app::AppEvent;
use routix_domain::authorization::AuthorizationEvent;
use routix_domain::consent::ConsentEvent;
use routix_domain::log::{EventFeed, Fact, FeedError, RecordedEvent};
use uuid::Uuid;

/// How many streams are kept at most, about 100 bytes each.
const STREAMS: usize = 50_000;

/// Whose event it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    pub organization_id: Option<Uuid>,
    pub app_id: Option<Uuid>,
    /// Of the app, in events of its own stream.
    pub client_id: Option<Uuid>,
}

/// Tells whose an event is.
pub struct Owners {
    feed: Arc<dyn EventFeed>,
    known: HashMap<(Kind, String), Owner>,
    looked_up: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    App,
    Authorization,
    Consent,
}

impl Kind {
    fn of(aggregate_type: &str) -> Option<Self> {
        [Self::App, Self::Authorization, Self::Consent].into_iter().find(|kind| kind.as_str() == aggregate_type)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Authorization => "authorization",
            Self::Consent => "consent",
        }
    }
}

impl Owners {
    pub fn new(feed: &Arc<dyn EventFeed>) -> Self {
        Self { feed: Arc::clone(feed), known: HashMap::new(), looked_up: 0 }
    }

    /// # Errors
    /// [`FeedError`] when the first event of the stream cannot be read.
    pub async fn of(&mut self, event: &RecordedEvent) -> Result<Owner, FeedError> {
        let Some(kind) = Kind::of(&event.aggregate_type) else {
            let organization = (event.aggregate_type == "organization").then(|| event.aggregate_id.parse().ok());
            return Ok(Owner { organization_id: organization.flatten(), ..Owner::default() });
        };
        let stream = (kind, event.aggregate_id.clone());
        if let Some(owner) = self.known.get(&stream) {
            return Ok(*owner);
        }
        let owner = if event.sequence == 1 { said_by(event) } else { self.look_up(event).await? };
        if self.known.len() >= STREAMS {
            self.known.clear();
        }
        self.known.insert(stream, owner);
        Ok(owner)
    }

    /// The client id of an app; `None` when there is no such app.
    ///
    /// # Errors
    /// [`FeedError`] when the log does not answer.
    pub async fn client_of(&mut self, app_id: Uuid) -> Result<Option<Uuid>, FeedError> {
        let first = self.first("app", &app_id.to_string()).await?;
        Ok(first.and_then(|event| said_by(&event).client_id))
    }

    /// For how many events the beginning of their stream had to be looked up so far.
    pub fn looked_up(&self) -> usize {
        self.looked_up
    }

    async fn look_up(&mut self, event: &RecordedEvent) -> Result<Owner, FeedError> {
        self.looked_up += 1;
        let first = self.first(&event.aggregate_type, &event.aggregate_id).await?;
        Ok(first.as_ref().map(said_by).unwrap_or_default())
    }

    async fn first(&self, aggregate_type: &str, aggregate_id: &str) -> Result<Option<RecordedEvent>, FeedError> {
        let Some(position) = self.feed.position_of(aggregate_type, aggregate_id, 1).await? else { return Ok(None) };
        let page = self.feed.read_after(position.saturating_sub(1), 1).await?;
        Ok(page.events.into_iter().find(|event| event.position == position))
    }
}

/// An event that cannot be read belongs to nobody here: whoever looks at the log as evidence must see it all the same.
fn said_by(event: &RecordedEvent) -> Owner {
    let owner = |organization_id, app_id| Owner { organization_id, app_id, client_id: None };
    match event.fact() {
        Ok(Fact::App { app_id, event: AppEvent::Registered(registration) }) => Owner {
            organization_id: Some(registration.organization_id),
            app_id: Some(app_id),
            client_id: Some(registration.client_id),
        },
        Ok(Fact::Authorization { event: AuthorizationEvent::CodeIssued(grant), .. }) => {
            owner(Some(grant.organization_id), Some(grant.app_id))
        }
        // Who denies has not chosen an organization.
        Ok(Fact::Authorization { event: AuthorizationEvent::Denied { app_id, .. }, .. }) => owner(None, Some(app_id)),
        Ok(Fact::Consent { event: ConsentEvent::Granted { app_id, organization_id, .. }, .. }) => {
            owner(Some(organization_id), Some(app_id))
        }
        Ok(
            Fact::App { .. }
            | Fact::Authorization { .. }
            | Fact::Consent { .. }
            | Fact::Organization { .. }
            | Fact::Person { .. }
            | Fact::Projection { .. }
            | Fact::Reservation { .. }
            | Fact::SigningKey { .. },
        )
        | Err(_) => Owner::default(),
    }
}
