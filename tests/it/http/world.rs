//! The people, organizations and branches that a test finds, and the clock that it turns.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use routix::commands::{Commands, Origin, Passwords};
use routix::store::identity::{IdentityDb, NewUser};
use routix::system::{Clock, Random, System};
use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use routix_test_postgres::Scratch;
use uuid::Uuid;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody who can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    Owner,
    Admin,
    Member,
    Viewer,
    /// Owner of the other organization.
    Foreigner,
}

impl Actor {
    pub(crate) const ALL: [Self; 5] = [Self::Owner, Self::Admin, Self::Member, Self::Viewer, Self::Foreigner];

    pub(crate) fn id(self) -> Uuid {
        Uuid::from_u128(0xa0_0000_0000_4000_8000_0000_0000_0000 + 1 + self as u128)
    }

    pub(crate) fn email(self) -> &'static str {
        match self {
            Self::Owner => "owner@one.example",
            Self::Admin => "admin@one.example",
            Self::Member => "member@one.example",
            Self::Viewer => "viewer@one.example",
            Self::Foreigner => "owner@two.example",
        }
    }

    pub(crate) fn name(self) -> String {
        format!("{self:?} Jansen")
    }
}

/// The ids of what every test finds.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) organization: Uuid,
    pub(crate) foreign_organization: Uuid,
    pub(crate) branch: Place,
    pub(crate) other_branch: Place,
    pub(crate) foreign_branch: Place,
}

#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) id: Uuid,
    pub(crate) public_id: String,
}

pub(crate) fn origin() -> Origin {
    Origin::command_line("test".to_owned(), Uuid::from_u128(7))
}

impl World {
    pub(crate) async fn make(commands: &Commands, identity: &IdentityDb, system: &System) -> Self {
        for actor in Actor::ALL {
            let (email, password_hash) = (actor.email().to_owned(), password_hash(system).await);
            let user = NewUser { id: actor.id(), email, name: actor.name(), password_hash };
            identity.create_user(user, system.now()).await.unwrap().unwrap();
        }
        let (one, two) = (system.id(), system.id());
        commands.create_organization(one, ("One".to_owned(), Actor::Owner.id()), &origin()).await.unwrap();
        commands.create_organization(two, ("Two".to_owned(), Actor::Foreigner.id()), &origin()).await.unwrap();
        for (actor, role) in [(Actor::Admin, Role::Admin), (Actor::Member, Role::Member), (Actor::Viewer, Role::Viewer)]
        {
            commands.add_member((one, actor.id()), role, BranchRestriction::All, &origin()).await.unwrap();
        }
        Self {
            organization: one,
            foreign_organization: two,
            branch: open(commands, system, one, "Rotterdam").await,
            other_branch: open(commands, system, one, "Venlo").await,
            foreign_branch: open(commands, system, two, "Zwolle").await,
        }
    }
}

async fn open(commands: &Commands, system: &System, organization: Uuid, name: &str) -> Place {
    let opened = commands.open_branch(organization, system.id(), (name.to_owned(), None), &origin()).await.unwrap();
    Place { id: opened.branch_id, public_id: opened.public_id.to_string() }
}

/// Hashing is meant to be slow; one hash serves every user of every test.
pub(crate) async fn password_hash(system: &System) -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return hash.clone();
    }
    let hash = Passwords::new(system).hash(PASSWORD.to_owned()).await.unwrap();
    HASH.get_or_init(|| hash).clone()
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub(crate) struct TestClock {
    micros: Arc<AtomicI64>,
    /// A database that follows it.
    follower: Option<Arc<Scratch>>,
}

impl TestClock {
    pub(crate) fn new(follower: Option<Arc<Scratch>>) -> Self {
        let start = "2026-03-01T12:00:00Z".parse::<DateTime<Utc>>().unwrap();
        Self { micros: Arc::new(AtomicI64::new(start.timestamp_micros())), follower }
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.micros.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
        self.tell();
    }

    /// Tells the follower what time it is.
    pub(crate) fn tell(&self) {
        if let Some(follower) = &self.follower {
            follower.sql(&format!("UPDATE public.clock SET now = '{}'", self.now().to_rfc3339()));
        }
    }

    pub(crate) fn system(&self) -> System {
        System::new(Arc::new(self.clone()), Arc::new(SystemRandom))
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::SeqCst)).unwrap()
    }
}

struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).unwrap();
    }
}
