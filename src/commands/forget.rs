//! Forgetting a person for good.
//!
//! The order makes it safe to break off: first he loses what he may do, then the log says that he is forgotten, and then it is
//! removed who he was. Done again, it goes on where it was. The log itself is left as it is: it knows him by id, and the
//! commitments in it say nothing without the contexts that are removed here.

use cqrs_es::Aggregate;
use routix_domain::Decide;
use routix_domain::authorization::Authorization;
use routix_domain::consent::ConsentError;
use routix_domain::log::{Actor, FeedError, RecordedEvent, UnreadableEvent};
use routix_domain::organization::{Organization, OrganizationCommand, OrganizationError};
use routix_domain::person::{Person, PersonCommand, PersonError};
use routix_projections::{ReadError, consents, members};
use uuid::Uuid;

use super::bus::{CommandError, Commands};
use super::origin::Origin;
use crate::store::identity::IdentityError;

/// So many events of the log are in memory at a time, however long it is.
const PAGE: usize = 1_000;

/// Why a person was not forgotten, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    #[error(
        "the user is the last owner who is not limited to some branches of {0}; make somebody else an owner first, nothing \
         was forgotten"
    )]
    LastOwner(String),
    #[error(transparent)]
    Organization(#[from] CommandError<OrganizationError>),
    #[error(transparent)]
    Consent(#[from] CommandError<ConsentError>),
    #[error(transparent)]
    Person(#[from] CommandError<PersonError>),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error("nobody can tell who caused the event at position {0}")]
    Unreadable(u64, #[source] UnreadableEvent),
}

/// What was done to forget a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// The log had it already; what was left of him is removed now.
    pub before: bool,
    /// How many addresses and user agents of his requests were removed.
    pub contexts: usize,
    /// Nothing is left in the files of the database either. Else another program was reading for too long.
    pub purged: bool,
}

impl Commands {
    /// Whether the log says that this person was forgotten.
    ///
    /// # Errors
    /// [`ForgetError`] when the stream cannot be read.
    pub async fn is_forgotten(&self, user_id: Uuid) -> Result<bool, ForgetError> {
        Ok(self.load::<Person>(&user_id.to_string()).await? == Person::Forgotten)
    }

    /// Whether a person can be forgotten: no organization loses its last owner by it.
    ///
    /// # Errors
    /// [`ForgetError::LastOwner`] names those that would.
    pub async fn check_forgettable(&self, user_id: Uuid) -> Result<(), ForgetError> {
        let mut left = Vec::new();
        for member in members::of_user(&self.read, user_id).await? {
            let id = member.organization_id;
            let state = self.load::<Organization>(&id.to_string()).await?;
            if state.decide(OrganizationCommand::RemoveMember { user_id }) == Err(OrganizationError::LastOwner) {
                let row = members::organization(&self.read, id).await?;
                left.push(row.map_or_else(|| id.to_string(), |row| format!("{} ({id})", row.name)));
            }
        }
        if left.is_empty() { Ok(()) } else { Err(ForgetError::LastOwner(left.join(" and of "))) }
    }

    /// Removes everything by which a person could be known again. What he did stays, under an id that names nobody.
    ///
    /// # Errors
    /// [`ForgetError`]; after `LastOwner` nothing has changed, after any other the same command goes on with it.
    pub async fn forget_person(&self, user_id: Uuid, origin: &Origin) -> Result<Forgotten, ForgetError> {
        self.check_forgettable(user_id).await?;
        for member in members::of_user(&self.read, user_id).await? {
            match self.remove_member((member.organization_id, user_id), origin).await {
                // Somebody else was faster.
                Ok(()) | Err(CommandError::Rejected(OrganizationError::NotAMember)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        for consent in consents::of_user(&self.read, user_id).await? {
            self.withdraw_consent(consent.consent_id, origin).await?;
        }
        // From here on nobody acts in his name any more.
        self.identity.disable_user(user_id, self.system.now()).await?;
        let executed = self.execute::<Person>(&user_id.to_string(), PersonCommand::Forget, origin).await?;
        let (contexts, reached) = self.remove_contexts(user_id, 0).await?;
        self.identity.remove_user(user_id).await?;
        // What was under way when he was locked out may have been recorded behind the walk.
        let (late, _) = self.remove_contexts(user_id, reached).await?;
        let purged = self.identity.purge().await?;
        Ok(Forgotten { before: executed.events.is_empty(), contexts: contexts + late, purged })
    }

    /// Walks the log behind `position` and removes the contexts of what this person caused. How many there were, and how
    /// far the walk came.
    async fn remove_contexts(&self, user_id: Uuid, position: u64) -> Result<(usize, u64), ForgetError> {
        let (mut removed, mut reached) = (0, position);
        loop {
            let page = self.feed.read_on(reached, PAGE).await?;
            let mut commitments = Vec::new();
            for event in &page.events {
                commitments.extend(self.commitments(event, user_id).await?);
            }
            if !commitments.is_empty() {
                removed += self.identity.remove_contexts(commitments).await?;
            }
            reached = page.next;
            if reached >= page.head {
                return Ok((removed, reached));
            }
        }
    }

    /// The commitments of an event that this person caused. With a code go all uses of it and of the tokens that it gave:
    /// the app says that it was there, but it often runs on the person's own device.
    async fn commitments(&self, event: &RecordedEvent, user_id: Uuid) -> Result<Vec<String>, ForgetError> {
        let read =
            |event: &RecordedEvent| event.metadata().map_err(|error| ForgetError::Unreadable(event.position, error));
        let metadata = read(event)?;
        if metadata.actor != Actor::User(user_id) {
            return Ok(Vec::new());
        }
        let mut found: Vec<String> = metadata.context_commitment.into_iter().collect();
        if event.aggregate_type == Authorization::TYPE {
            for event in self.feed.read_stream(Authorization::TYPE, &event.aggregate_id).await? {
                found.extend(read(&event)?.context_commitment);
            }
        }
        Ok(found)
    }
}
