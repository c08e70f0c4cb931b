//! An event as a line of the log, in words and with names.

use std::collections::{BTreeSet, HashMap};

use routix_domain::app::AppEvent;
use routix_domain::authorization::AuthorizationEvent;
use routix_domain::consent::ConsentEvent;
use routix_domain::log::{Actor, Fact};
use routix_domain::organization::OrganizationEvent;
use routix_domain::person::PersonEvent;
use routix_projections::app_list::AppRow;
use routix_projections::{app_list, branches, consents, members};
use uuid::Uuid;

use super::auditor::Auditor;
use super::query::REQUEST_ID;
use crate::dashboard::Dashboard;
use crate::evidence::Chosen;
use crate::history::{ActorNames, Sight};
use crate::pages::local_path::with_parameter;
use crate::pages::{PageError, Stamp, Words};

/// An event as it is shown.
pub(super) struct Line {
    pub(super) position: u64,
    pub(super) recorded: Stamp,
    pub(super) title: String,
    pub(super) event_type: String,
    pub(super) about: Vec<About>,
    pub(super) actor: String,
    pub(super) authenticated_by: String,
    /// The request, and where its other events are.
    pub(super) request: Option<(String, String)>,
}

/// Something that an event is about.
pub(super) struct About {
    pub(super) what: String,
    pub(super) name: String,
    pub(super) href: Option<String>,
}

/// The ids that an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    App(Uuid),
    User(Uuid),
    Branch(Uuid),
    Organization(Uuid),
}

/// What the ids in some events are called.
pub(super) struct Names {
    actors: ActorNames,
    forgotten: BTreeSet<Uuid>,
    apps: HashMap<Uuid, AppRow>,
    branches: HashMap<Uuid, String>,
    organizations: HashMap<Uuid, String>,
}

/// The title of a type of event; the type itself for one that has no words.
pub(super) fn title(words: &Words, event_type: &str) -> String {
    words.find(&format!("told-event-{}", event_type.replace('.', "-"))).unwrap_or_else(|| event_type.to_owned())
}

/// The lines of some events.
///
/// # Errors
/// [`PageError`] when a store does not answer.
pub(super) async fn lines(dashboard: &Dashboard, auditor: &Auditor, events: &[Chosen]) -> Result<Vec<Line>, PageError> {
    let mut subjects = Vec::with_capacity(events.len());
    for chosen in events {
        subjects.push(subjects_of(dashboard, auditor, chosen).await?);
    }
    let actors: Vec<Option<Actor>> = events.iter().map(actor_of).collect();
    let names = Names::of(dashboard, &actors, subjects.iter().flatten()).await?;
    let words = &auditor.visitor().words;
    let each = events.iter().zip(&subjects).zip(&actors);
    Ok(each
        .map(|((chosen, subjects), actor)| line(words, auditor, (chosen, subjects, actor.as_ref()), &names))
        .collect())
}

fn line(
    words: &Words,
    auditor: &Auditor,
    (chosen, subjects, actor): (&Chosen, &[Subject], Option<&Actor>),
    names: &Names,
) -> Line {
    let mut about: Vec<About> = subjects.iter().map(|subject| names.about(words, auditor, *subject)).collect();
    if about.is_empty() {
        let what = words.get("events-about-stream");
        about.push(About { what, name: chosen.event.aggregate_id.clone(), href: None });
    }
    let how = chosen.said("authenticated_by").unwrap_or_default();
    Line {
        position: chosen.event.position,
        recorded: words.instant(chosen.event.recorded_at),
        title: title(words, &chosen.event.event_type),
        event_type: chosen.event.event_type.clone(),
        about,
        actor: names.actor(words, actor),
        // The service itself needs no credentials.
        authenticated_by: match actor {
            Some(Actor::System) => String::new(),
            Some(Actor::User(_) | Actor::App(_) | Actor::CommandLine(_)) | None => {
                words.find(&format!("told-how-{how}")).unwrap_or_else(|| how.to_owned())
            }
        },
        request: chosen.said("request_id").map(|id| (id.to_owned(), with_parameter(&auditor.path(""), REQUEST_ID, id))),
    }
}

fn actor_of(chosen: &Chosen) -> Option<Actor> {
    Actor::from_parts(chosen.said("actor_kind")?, chosen.said("actor_id"))
}

/// What an event is about, the app first. One that cannot be read is about its stream alone.
async fn subjects_of(dashboard: &Dashboard, auditor: &Auditor, chosen: &Chosen) -> Result<Vec<Subject>, PageError> {
    let mut subjects: Vec<Subject> = chosen.owner.app_id.map(Subject::App).into_iter().collect();
    let Ok(fact) = chosen.event.fact() else { return Ok(subjects) };
    subjects.extend(match &fact {
        // The beginning of the consent says whose it is.
        Fact::Consent { consent_id, event: ConsentEvent::Withdrawn { .. } } => {
            consents::by_id(&dashboard.read, *consent_id).await?.map(|consent| Subject::User(consent.user_id))
        }
        Fact::App { .. }
        | Fact::Authorization { .. }
        | Fact::Consent { .. }
        | Fact::Organization { .. }
        | Fact::Person { .. }
        | Fact::Projection { .. }
        | Fact::Reservation { .. }
        | Fact::SigningKey { .. } => said_by(&fact),
    });
    let organization = chosen.owner.organization_id.map(Subject::Organization);
    // In the log of one organization it is always the same one.
    let is_news = auditor.organization_id().is_none() && organization.is_none_or(|it| !subjects.contains(&it));
    subjects.extend(organization.filter(|_| is_news));
    Ok(subjects)
}

/// Whom or what else than an app the event itself names.
fn said_by(fact: &Fact) -> Option<Subject> {
    match fact {
        Fact::App { event, .. } => match event {
            AppEvent::Registered(_)
            | AppEvent::DetailsChanged { .. }
            | AppEvent::RedirectUrisChanged { .. }
            | AppEvent::ScopesChanged { .. }
            | AppEvent::BranchRestrictionChanged { .. }
            | AppEvent::TokenLifetimeChanged { .. }
            | AppEvent::RefreshAuthenticationChanged { .. }
            | AppEvent::SecretRotated { .. }
            | AppEvent::SecretOverlapEnded { .. }
            | AppEvent::Revoked {}
            | AppEvent::TokensCutOff { .. }
            | AppEvent::Reactivated {}
            | AppEvent::TokenRevoked { .. } => None,
        },
        Fact::Authorization { event: AuthorizationEvent::Denied { user_id, .. }, .. } => Some(Subject::User(*user_id)),
        Fact::Authorization { event: AuthorizationEvent::CodeIssued(grant), .. } => Some(Subject::User(grant.user_id)),
        Fact::Authorization { .. } => None,
        Fact::Consent { event: ConsentEvent::Granted { user_id, .. }, .. } => Some(Subject::User(*user_id)),
        Fact::Consent { event: ConsentEvent::Withdrawn { .. }, .. } => None,
        Fact::Organization { organization_id, event } => Some(match event {
            OrganizationEvent::Created { .. } => Subject::Organization(*organization_id),
            OrganizationEvent::BranchOpened { branch_id, .. }
            | OrganizationEvent::BranchRenamed { branch_id, .. }
            | OrganizationEvent::BranchClosed { branch_id } => Subject::Branch(*branch_id),
            OrganizationEvent::MemberAdded { user_id, .. }
            | OrganizationEvent::MemberChanged { user_id, .. }
            | OrganizationEvent::MemberRemoved { user_id } => Subject::User(*user_id),
        }),
        Fact::Person { user_id, event: PersonEvent::Forgotten {} } => Some(Subject::User(*user_id)),
        Fact::Projection { .. } | Fact::Reservation { .. } | Fact::SigningKey { .. } => None,
    }
}

impl Names {
    async fn of<'s>(
        dashboard: &Dashboard,
        actors: &[Option<Actor>],
        subjects: impl Iterator<Item = &'s Subject>,
    ) -> Result<Self, PageError> {
        let mut names = Self {
            actors: ActorNames::default(),
            forgotten: BTreeSet::new(),
            apps: HashMap::new(),
            branches: HashMap::new(),
            organizations: HashMap::new(),
        };
        let mut people: Vec<Actor> = actors.iter().flatten().cloned().collect();
        for subject in subjects {
            match *subject {
                Subject::User(id) => people.push(Actor::User(id)),
                Subject::App(id) => names.look_up_app(dashboard, id).await?,
                Subject::Organization(id) => names.look_up_organization(dashboard, id).await?,
                Subject::Branch(id) => names.look_up_branch(dashboard, id).await?,
            }
        }
        // Who did something in an organization belonged to it, and its auditor wants to know who it was, also when he has left.
        names.actors = dashboard.history.actor_names(&people.iter().collect::<Vec<_>>(), &Sight::Everybody).await?;
        let users: BTreeSet<Uuid> = people.iter().filter_map(user_id).collect();
        for id in users {
            if dashboard.identity.user(id).await?.is_none() {
                names.forgotten.insert(id);
            }
        }
        Ok(names)
    }

    async fn look_up_app(&mut self, dashboard: &Dashboard, id: Uuid) -> Result<(), PageError> {
        if !self.apps.contains_key(&id) {
            self.apps.extend(app_list::by_id(&dashboard.read, id).await?.map(|app| (id, app)));
        }
        Ok(())
    }

    async fn look_up_organization(&mut self, dashboard: &Dashboard, id: Uuid) -> Result<(), PageError> {
        if !self.organizations.contains_key(&id) {
            let found = members::organization(&dashboard.read, id).await?;
            self.organizations.extend(found.map(|organization| (id, organization.name)));
        }
        Ok(())
    }

    async fn look_up_branch(&mut self, dashboard: &Dashboard, id: Uuid) -> Result<(), PageError> {
        if !self.branches.contains_key(&id) {
            self.branches.extend(branches::by_id(&dashboard.read, id).await?.map(|branch| (id, branch.name)));
        }
        Ok(())
    }

    fn about(&self, words: &Words, auditor: &Auditor, subject: Subject) -> About {
        let (what, id, name) = match subject {
            Subject::App(id) => ("events-about-app", id, self.apps.get(&id).map(|app| app.name.clone())),
            Subject::User(id) => ("events-about-person", id, Some(self.actor(words, Some(&Actor::User(id))))),
            Subject::Branch(id) => ("events-about-branch", id, self.branches.get(&id).cloned()),
            Subject::Organization(id) => ("events-about-organization", id, self.organizations.get(&id).cloned()),
        };
        let app = if let Subject::App(id) = subject { self.apps.get(&id) } else { None };
        let href = app.and_then(|app| auditor.history_of(app));
        About { what: words.get(what), name: name.unwrap_or_else(|| id.to_string()), href }
    }

    /// Who did it, in words. Somebody whose name may not be shown has his id.
    fn actor(&self, words: &Words, actor: Option<&Actor>) -> String {
        let Some(actor) = actor else { return words.get("events-actor-unknown") };
        let name = || self.actors.of(actor).map(str::to_owned).or_else(|| actor.id()).unwrap_or_default();
        match actor {
            Actor::User(id) if self.forgotten.contains(id) => words.get("events-actor-forgotten"),
            Actor::User(_) => name(),
            Actor::App(_) => words.with("events-actor-app", &[("name", &name())]),
            Actor::CommandLine(account) => words.with("events-actor-command-line", &[("name", account)]),
            Actor::System => words.get("events-actor-system"),
        }
    }
}

fn user_id(actor: &Actor) -> Option<Uuid> {
    match actor {
        Actor::User(id) => Some(*id),
        Actor::App(_) | Actor::CommandLine(_) | Actor::System => None,
    }
}

#[cfg(test)]
mod tests {
    use routix_domain::schema::SCHEMAS;

    use super::*;
    use crate::pages::language::Language;

    #[test]
    fn every_type_of_event_has_a_title_in_every_language() {
        for words in Language::ALL.map(Words::new) {
            for schema in SCHEMAS {
                assert_ne!(title(&words, schema.event_type), schema.event_type, "{:?}", words.language);
            }
            assert_eq!(title(&words, "moon.landed"), "moon.landed");
        }
    }

    #[test]
    fn every_way_to_be_known_has_words_in_every_language() {
        for words in Language::ALL.map(Words::new) {
            for how in ["password", "client_secret", "command_line", "none"] {
                assert!(words.find(&format!("told-how-{how}")).is_some(), "{how} {:?}", words.language);
            }
        }
    }
}
