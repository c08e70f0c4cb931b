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
    /// Only of people who belong to one of these organizations, and of these organizations.
    MembersOf(BTreeSet<Uuid>),
}

/// What an id is called, or why it has no name here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Called {
    Name(String),
    /// The id of somebody who was forgotten names nobody.
    Forgotten,
    /// Somebody whose name may not be shown.
    HiddenPerson,
    /// An organization whose name may not be shown.
    HiddenOrganization,
}

impl Called {
    /// The name in English; `None` when it may not be shown.
    pub fn english(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Forgotten => Some("a forgotten person"),
            Self::HiddenPerson | Self::HiddenOrganization => None,
        }
    }
}

/// What each actor is called.
#[derive(Clone, Debug, Default)]
pub struct ActorNames(HashMap<Actor, Called>);

impl ActorNames {
    /// The name in English; `None` when it may not be shown.
    pub fn of(&self, actor: &Actor) -> Option<&str> {
        self.0.get(actor).and_then(Called::english)
    }

    /// `None` for an app that is not known, and for an actor who was not looked up.
    pub fn called(&self, actor: &Actor) -> Option<&Called> {
        self.0.get(actor)
    }
}

/// What the people, branches and organizations in a history are called.
#[derive(Clone, Debug, Default)]
pub struct HistoryNames(HashMap<Uuid, Called>);

impl HistoryNames {
    /// The names for the words of a language, which says what to call those who have none. Whoever it calls nothing keeps
    /// his id.
    pub fn in_words(&self, call: impl Fn(&Called) -> Option<String>) -> Names {
        let mut names = Names::default();
        for (id, called) in &self.0 {
            if let Some(name) = call(called) {
                names.insert(*id, name);
            }
        }
        names
    }

    /// The names in English.
    pub fn english(&self) -> Names {
        self.in_words(|called| called.english().map(str::to_owned))
    }
}

impl Sight {
    fn includes(&self, organization_id: Uuid) -> bool {
        match self {
            Self::Everybody => true,
            Self::MembersOf(organizations) => organizations.contains(&organization_id),
        }
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
                names.extend(self.actor(actor, sight).await?.map(|called| (actor.clone(), called)));
            }
        }
        Ok(ActorNames(names))
    }

    /// The names of the people, branches and organizations in a history.
    ///
    /// # Errors
    /// [`HistoryError`] when a store does not answer.
    pub async fn names(&self, history: &AppHistory, sight: &Sight) -> Result<HistoryNames, HistoryError> {
        let mut names = HashMap::new();
        let own = history.organization_id();
        if let Some(id) = own {
            let branches = branches::of_organization(&self.read, id).await?;
            names.extend(branches.into_iter().map(|branch| (branch.branch_id, Called::Name(branch.name))));
        }
        let (users, organizations): (BTreeSet<Uuid>, BTreeSet<Uuid>) = history.consents().unzip();
        for id in organizations.into_iter().chain(own) {
            names.extend(self.organization(id, sight).await?.map(|called| (id, called)));
        }
        for id in users {
            names.insert(id, self.person(id, sight).await?);
        }
        Ok(HistoryNames(names))
    }

    async fn actor(&self, actor: &Actor, sight: &Sight) -> Result<Option<Called>, HistoryError> {
        Ok(match actor {
            Actor::User(id) => Some(self.person(*id, sight).await?),
            Actor::App(id) => app_list::by_id(&self.read, *id).await?.map(|app| Called::Name(app.name)),
            Actor::CommandLine(account) => Some(Called::Name(account.clone())),
            Actor::System => Some(Called::Name("routix".to_owned())),
        })
    }

    async fn organization(&self, id: Uuid, sight: &Sight) -> Result<Option<Called>, HistoryError> {
        if !sight.includes(id) {
            return Ok(Some(Called::HiddenOrganization));
        }
        let found = members::organization(&self.read, id).await?;
        Ok(found.map(|organization| Called::Name(organization.name)))
    }

    async fn person(&self, user_id: Uuid, sight: &Sight) -> Result<Called, HistoryError> {
        let Some(user) = self.identity.user(user_id).await? else {
            return Ok(Called::Forgotten);
        };
        let shown = match sight {
            Sight::Everybody => true,
            Sight::MembersOf(_) => {
                let memberships = members::of_user(&self.read, user_id).await?;
                memberships.iter().any(|member| sight.includes(member.organization_id))
            }
        };
        Ok(if shown { Called::Name(user.name) } else { Called::HiddenPerson })
    }
}
