//! The way of every command: load, decide, append at the expected sequence, wait until it can be read.

use std::sync::Arc;
use std::time::Duration;

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{EventStoreAggregateContext, PersistedEventStore};
use cqrs_es::{Aggregate, AggregateError, EventEnvelope, EventStore as _};
use routix_domain::app::App;
use routix_domain::authorization::{Authorization, AuthorizationEvent};
use routix_domain::consent::Consent;
use routix_domain::log::{EventFeed, FeedError, Metadata};
use routix_domain::organization::Organization;
use routix_domain::person::Person;
use routix_domain::projection::ProjectionSkips;
use routix_domain::reservation::Reservation;
use routix_domain::signing_key::SigningKey;
use routix_projections::ReadDb;
use routix_projections::runner::{NotReached, Waiter};
use tracing::{Instrument as _, Span};

use super::origin::Origin;
use super::remembered::{Memorable, Remembered};
use crate::measure::spans;
use crate::store::EventStore;
use crate::store::identity::{IdentityDb, IdentityError};
use crate::system::System;

/// A lost race is decided again on fresh state this often before the caller hears of it.
const ATTEMPTS: u32 = 64;
/// How long an answer waits for the read models that its promise rests on. A runner needs milliseconds, and seconds where
/// each answer of the database does; past this it is in trouble, and the caller is told instead of being kept.
const PROMISE: Duration = Duration::from_secs(10);
/// How long it waits for read models that merely should show the change.
const COURTESY: Duration = Duration::from_secs(1);

/// Which read models an aggregate's commands wait for.
pub trait Visible: Memorable {
    /// The answer's promise rests on these: it is not given before they have the event.
    const PROMISED: &'static [&'static str];
    /// These should have it; when one of them stands still, the command succeeds all the same.
    const WANTED: &'static [&'static str] = &[];

    /// Whether the answer has to wait until this event can be read; most have to.
    fn is_awaited(_event: &Self::Event) -> bool {
        true
    }
}

impl Visible for App {
    const PROMISED: &'static [&'static str] = &["token_validation"];
    const WANTED: &'static [&'static str] = &["app_list", "app_history"];
}

impl Visible for Organization {
    const PROMISED: &'static [&'static str] = &["branches", "members"];
}

impl Visible for Consent {
    const PROMISED: &'static [&'static str] = &["consents"];
    const WANTED: &'static [&'static str] = &["app_history"];
}

impl Visible for Authorization {
    const PROMISED: &'static [&'static str] = &["consents"];

    /// An end must be seen everywhere before it is answered. All else is decided on the stream alone.
    fn is_awaited(event: &AuthorizationEvent) -> bool {
        match event {
            AuthorizationEvent::Ended { .. } => true,
            AuthorizationEvent::Denied { .. }
            | AuthorizationEvent::CodeIssued(_)
            | AuthorizationEvent::CodeRefused { .. }
            | AuthorizationEvent::CodeRedeemed { .. }
            | AuthorizationEvent::Refreshed { .. } => false,
        }
    }
}

impl Visible for Person {
    const PROMISED: &'static [&'static str] = &[];
}

impl Visible for ProjectionSkips {
    const PROMISED: &'static [&'static str] = &[];
}

impl Visible for Reservation {
    const PROMISED: &'static [&'static str] = &[];
}

impl Visible for SigningKey {
    const PROMISED: &'static [&'static str] = &[];
}

/// Why a command was not carried out, or is not known to have been.
#[derive(Debug, thiserror::Error)]
pub enum CommandError<E: std::error::Error> {
    /// A rule of the domain forbids it. Nothing changed.
    #[error(transparent)]
    Rejected(E),
    /// Too many others changed the same thing at the same time. Nothing changed.
    #[error("the same thing was changed by too many others at once")]
    Conflict,
    /// The store did not answer. Whether the event was recorded is not known.
    #[error("the event store does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The stream cannot be read, or the event cannot be stored.
    #[error("the event stream cannot be used")]
    Corrupt(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A read model on which the answer's promise would rest has stopped. Nothing changed.
    #[error("a read model has stopped")]
    Stopped(#[source] NotReached),
    /// The event is recorded, but a read model has not taken it in.
    #[error("the change is recorded and not yet in effect")]
    NotVisible(#[source] NotReached),
}

impl<E: std::error::Error + Send + Sync + 'static> CommandError<E> {
    /// The failure of a step on another aggregate. A rule that such a step breaks was checked before, so it is a fault.
    pub fn of_another<T: std::error::Error>(self) -> CommandError<T> {
        match self {
            Self::Rejected(error) => CommandError::Corrupt(Box::new(error)),
            Self::Conflict => CommandError::Conflict,
            Self::Unavailable(cause) => CommandError::Unavailable(cause),
            Self::Corrupt(cause) => CommandError::Corrupt(cause),
            Self::Stopped(cause) => CommandError::Stopped(cause),
            Self::NotVisible(cause) => CommandError::NotVisible(cause),
        }
    }
}

impl<E: std::error::Error> From<AggregateError<E>> for CommandError<E> {
    fn from(error: AggregateError<E>) -> Self {
        match error {
            AggregateError::UserError(error) => Self::Rejected(error),
            AggregateError::AggregateConflict => Self::Conflict,
            AggregateError::DatabaseConnectionError(error) => Self::Unavailable(error),
            AggregateError::DeserializationError(error) | AggregateError::UnexpectedError(error) => {
                Self::Corrupt(error)
            }
        }
    }
}

impl<E: std::error::Error> From<FeedError> for CommandError<E> {
    fn from(error: FeedError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl<E: std::error::Error> From<IdentityError> for CommandError<E> {
    fn from(error: IdentityError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

/// What a command brought about.
pub struct Executed<A: Aggregate> {
    /// The events that were recorded; none when everything was so already.
    pub events: Vec<EventEnvelope<A>>,
    /// The state after them.
    pub aggregate: A,
}

/// What the events of one command have in common, however often it is tried.
struct Cause {
    metadata: Metadata,
    /// Where they go; with the context that they point at.
    store: EventStore,
}

/// Sends commands to aggregates. Clones share everything.
#[derive(Clone)]
pub struct Commands {
    pub(super) store: EventStore,
    pub(super) feed: Arc<dyn EventFeed>,
    pub(super) waiter: Waiter,
    pub(super) identity: IdentityDb,
    pub(super) read: ReadDb,
    pub(super) system: System,
    remembered: Remembered,
}

impl Commands {
    pub fn new(
        (store, feed): (EventStore, Arc<dyn EventFeed>),
        waiter: Waiter,
        identity: IdentityDb,
        read: ReadDb,
        system: System,
    ) -> Self {
        Self { store, feed, waiter, identity, read, system, remembered: Remembered::default() }
    }

    /// Lets the aggregate `id` decide `command` and records what it decides.
    ///
    /// # Errors
    /// [`CommandError`]; only `NotVisible`, and perhaps `Unavailable`, leave an event behind.
    pub async fn execute<A>(
        &self,
        id: &str,
        command: A::Command,
        origin: &Origin,
    ) -> Result<Executed<A>, CommandError<A::Error>>
    where
        A: Visible<Services = ()>,
        A::Command: Clone,
    {
        self.execute_at((id, None), command, origin).await
    }

    /// The same, unless the aggregate has changed since somebody looked at it: `seen` is the sequence of its last event then.
    ///
    /// # Errors
    /// [`CommandError`]; `Conflict` when it has changed.
    pub async fn execute_at<A>(
        &self,
        (id, seen): (&str, Option<u64>),
        command: A::Command,
        origin: &Origin,
    ) -> Result<Executed<A>, CommandError<A::Error>>
    where
        A: Visible<Services = ()>,
        A::Command: Clone,
    {
        self.execute_in_span((id, seen), command, origin).instrument(spans::command(A::TYPE)).await
    }

    async fn execute_in_span<A>(
        &self,
        (id, seen): (&str, Option<u64>),
        command: A::Command,
        origin: &Origin,
    ) -> Result<Executed<A>, CommandError<A::Error>>
    where
        A: Visible<Services = ()>,
        A::Command: Clone,
    {
        // A read model that stands still would keep the promise from being kept; then nothing is begun.
        self.waiter.check(A::PROMISED).map_err(CommandError::Stopped)?;
        let mut cause = None;
        let mut attempt = 1;
        let executed = match self.attempt_as_remembered::<A>((id, seen), &command, (origin, &mut cause)).await {
            Some(executed) => executed?,
            None => loop {
                match self.attempt::<A>((id, seen), command.clone(), (origin, &mut cause)).await {
                    Err(CommandError::Conflict) if attempt < ATTEMPTS && seen.is_none() => attempt += 1,
                    other => break other?,
                }
            },
        };
        Span::current().record("routix.attempts", attempt);
        if let Some(last) = executed.events.iter().rfind(|event| A::is_awaited(&event.payload)) {
            self.wait_for::<A>(id, last.sequence).await?;
        }
        Ok(executed)
    }

    /// The state of an aggregate, as its stream has it now.
    ///
    /// # Errors
    /// [`CommandError`] when the stream cannot be read.
    pub async fn load<A: Memorable>(&self, id: &str) -> Result<A, CommandError<A::Error>> {
        Ok(self.remembered.load::<A>(&self.store, id).await?.aggregate)
    }

    /// The state of an aggregate and the sequence of its last event.
    ///
    /// # Errors
    /// [`CommandError`] when the stream cannot be read.
    pub(super) async fn load_at<A: Memorable>(&self, id: &str) -> Result<(A, u64), CommandError<A::Error>> {
        let context = self.remembered.load::<A>(&self.store, id).await?;
        Ok((context.aggregate, u64::try_from(context.current_sequence).unwrap_or(u64::MAX)))
    }

    /// The aggregate as it was when it was last seen here.
    pub(super) fn remembered_as<A: Memorable>(&self, id: &str) -> Option<A> {
        self.remembered.find::<A>(id).map(|context| context.aggregate)
    }

    /// Lets the aggregate decide as it is remembered, without a look at what came since. What it decides to record is recorded
    /// only if nothing came; in every other case this is `None`, and nothing has happened.
    async fn attempt_as_remembered<A: Memorable + Aggregate<Services = ()>>(
        &self,
        (id, seen): (&str, Option<u64>),
        command: &A::Command,
        written: (&Origin, &mut Option<Cause>),
    ) -> Option<Result<Executed<A>, CommandError<A::Error>>>
    where
        A::Command: Clone,
    {
        let context = self.remembered.find::<A>(id)?;
        match self.decide((context, seen), command.clone(), written).await {
            Ok(executed) if executed.events.is_empty() => None,
            Err(CommandError::Rejected(_) | CommandError::Conflict) => None,
            known => Some(known),
        }
    }

    async fn attempt<A: Memorable + Aggregate<Services = ()>>(
        &self,
        (id, seen): (&str, Option<u64>),
        command: A::Command,
        written: (&Origin, &mut Option<Cause>),
    ) -> Result<Executed<A>, CommandError<A::Error>> {
        let context = self.remembered.load::<A>(&self.store, id).await?;
        self.decide((context, seen), command, written).await
    }

    /// Lets the aggregate decide, and records what it decides behind the event that it saw last.
    async fn decide<A: Memorable + Aggregate<Services = ()>>(
        &self,
        (mut context, seen): (EventStoreAggregateContext<A>, Option<u64>),
        command: A::Command,
        (origin, cause): (&Origin, &mut Option<Cause>),
    ) -> Result<Executed<A>, CommandError<A::Error>> {
        let id = context.aggregate_id.clone();
        if seen.is_some_and(|seen| u64::try_from(context.current_sequence) != Ok(seen)) {
            return Err(CommandError::Conflict);
        }
        let sink = EventSink::default();
        context.aggregate.handle(command, &(), &sink).await.map_err(CommandError::Rejected)?;
        let events = sink.collect().await;
        // Committing needs the stream and its sequence; the state goes to the caller.
        let aggregate = std::mem::take(&mut context.aggregate);
        let sequence = context.current_sequence + events.len();
        if events.is_empty() {
            return Ok(Executed { events: Vec::new(), aggregate });
        }
        let cause = match cause {
            Some(cause) => cause,
            None => cause.insert(self.cause(origin).await?),
        };
        let store = PersistedEventStore::<_, A>::new_event_store(cause.store.clone());
        let events = store.commit(events, context, cause.metadata.to_map()).await?;
        self.remembered.keep(&id, aggregate.clone(), sequence);
        #[cfg(feature = "failpoints")]
        fail::fail_point!("command.before_dispatch", |_| Err(CommandError::Unavailable("a failpoint".into())));
        Ok(Executed { events, aggregate })
    }

    /// The request's context goes into its own store before the event goes into the log, so that an event never points at
    /// a context that is not there; and only once there is an event to record.
    async fn cause(&self, origin: &Origin) -> Result<Cause, IdentityError> {
        let (mut store, mut context_commitment) = (self.store.clone(), None);
        if !origin.context.is_empty() {
            let (salt, now) = (self.system.bytes(), self.system.now());
            let context = self.identity.new_context(origin.context.clone(), salt, now);
            context_commitment = Some(context.commitment().to_owned());
            store = store.resting_on(context).await?;
        }
        let metadata = Metadata {
            actor: origin.actor.clone(),
            authenticated_by: origin.authenticated_by.to_owned(),
            request_id: origin.request_id.clone(),
            correlation_id: origin.correlation_id,
            causation_id: self.system.ordered_id(),
            context_commitment,
        };
        Ok(Cause { metadata, store })
    }

    async fn wait_for<A: Visible>(&self, id: &str, sequence: usize) -> Result<(), CommandError<A::Error>> {
        let sequence = u64::try_from(sequence).unwrap_or(u64::MAX);
        let recorded = self.feed.position_of(A::TYPE, id, sequence).await?;
        let position =
            recorded.ok_or_else(|| CommandError::Corrupt("the event was recorded and cannot be found".into()))?;
        self.waiter.wait_for(A::PROMISED, position, PROMISE).await.map_err(CommandError::NotVisible)?;
        if let Err(late) = self.waiter.wait_for(A::WANTED, position, COURTESY).await {
            tracing::warn!(error = %late, "a read model shows a change late");
        }
        Ok(())
    }
}
