//! Names for ids: the log knows people by id, and what they are called is looked up when somebody reads it.

use std::collections::{BTreeSet, HashMap};

use routix_domain::history::{AppHistory, Names};
use routix_domain::log::Actor;
use routix_projections::{app_list, branches, members};
use uuid::Uuid;

use super::reader::{HistoryError, HistoryReader};

/// Whose names may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// At the command line of the server.
    Everybody,
    /// Only of people who belong to one of these organizations.
    MembersOf(BTreeSet<Uuid>),
}

/// What each actor is called, as far as it may be shown.
#[derive(Clone, Debug, Default)]
pub struct ActorNames(HashMap<Actor, Option<String>>);

impl ActorNames {
    /// The name; `None` when it may not be shown.
    pub fn of(&self, actor: &Actor) -> Option<&str> {
        self.0.get(actor).and_then(Option::as_deref)
    }
}

impl HistoryReader {
    /// The names of these actors.
    ///
    /// # Errors
    /// [`HistoryError`] when a store does not answer.
    pub async fn actor_names(&self, actors: &[&Actor], sight: &Sight) -> Result<ActorNames, HistoryError> {
        let mut names = HashMap::new();
        for &actor in actors {
            if !names.contains_key(actor) {
                names.insert(actor.clone(), self.actor(actor, sight).await?);
            }
        }
        Ok(ActorNames(names))
    }

    /// The names of the people, branches and organizations in a history, for its words at the command line.
    ///
    /// # Errors
    /// [`HistoryError`] when a store does not answer.
    pub async fn names(&self, history: &AppHistory) -> Result<Names, HistoryError> {
        let mut names = Names::default();
        let own = history.organization_id();
        if let Some(id) = own {
            let branches = branches::of_organization(&self.read, id).await?;
            branches.into_iter().for_each(|branch| names.insert(branch.branch_id, branch.name));
        }
        let (users, organizations): (BTreeSet<Uuid>, BTreeSet<Uuid>) = history.consents().unzip();
        for id in organizations.into_iter().chain(own) {
            if let Some(organization) = members::organization(&self.read, id).await? {
                names.insert(id, organization.name);
            }
        }
        for id in users {
            if let Some(name) = self.person(id, &Sight::Everybody).await? {
                names.insert(id, name);
            }
        }
        Ok(names)
    }

    async fn actor(&self, actor: &Actor, sight: &Sight) -> Result<Option<String>, HistoryError> {
        match actor {
            Actor::User(id) => self.person(*id, sight).await,
            Actor::App(id) => Ok(app_list::by_id(&self.read, *id).await?.map(|app| app.name)),
            Actor::CommandLine(account) => Ok(Some(account.clone())),
            Actor::System => Ok(Some("routix".to_owned())),
        }
    }

    async fn person(&self, user_id: Uuid, sight: &Sight) -> Result<Option<String>, HistoryError> {
        let Some(user) = self.identity.user(user_id).await? else {
            return Ok(Some("a forgotten person".to_owned()));
        };
        let shown = match sight {
            Sight::Everybody => true,
            Sight::MembersOf(organizations) => {
                let memberships = members::of_user(&self.read, user_id).await?;
                memberships.iter().any(|member| organizations.contains(&member.organization_id))
            }
        };
        Ok(shown.then_some(user.name))
    }
}
