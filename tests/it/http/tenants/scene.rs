//! Five organizations with their owners, branches and apps, behind the real doors.

use chrono::TimeDelta;
use routix::config::Config;
use routix::store::identity::NewUser;
use serde_json::json;
use uuid::Uuid;

use crate::http::app::{DOOR, TestApp, grant, text};
use crate::http::client::answer;
use crate::http::world::{PASSWORD, origin, password_hash};
use crate::support::Dice;

/// How many branches each organization has.
pub(super) const BRANCHES: [usize; 5] = [3, 3, 2, 2, 2];
pub(super) const APPS_OF_EACH: usize = 8;
/// By `2 * resource`, and one more for writing.
pub(super) const SCOPES: [&str; 4] =
    ["routix:accounts:read", "routix:accounts:write", "routix:invoices:read", "routix:invoices:write"];

/// Some of `SCOPES`, a bit each.
pub(super) type Scopes = u8;
pub(super) const EVERY_SCOPE: Scopes = 0b1111;

pub(super) struct Organization {
    pub(super) id: Uuid,
    /// The token of the person who owns it.
    pub(super) owner: String,
}

pub(super) struct Branch {
    pub(super) organization: usize,
    pub(super) id: Uuid,
    pub(super) public_id: String,
}

pub(super) struct Client {
    pub(super) organization: usize,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) token: String,
    /// Those of the token, and those that the app has now.
    pub(super) granted: Scopes,
    pub(super) allowed: Scopes,
    /// Places in `Scene::branches`; empty for all.
    pub(super) branches: Vec<usize>,
}

pub(super) struct Scene {
    pub(super) app: TestApp,
    pub(super) dice: Dice,
    pub(super) organizations: Vec<Organization>,
    pub(super) branches: Vec<Branch>,
    /// The first of each organization may do everything, from the beginning to the end.
    pub(super) clients: Vec<Client>,
}

pub(super) fn names(scopes: Scopes) -> Vec<&'static str> {
    (0..SCOPES.len()).filter(|bit| scopes & (1 << bit) != 0).map(|bit| SCOPES[bit]).collect()
}

fn without_limits(config: &mut Config) {
    (config.api_rate_limit, config.failure_limit) = (0, 0);
}

impl Scene {
    pub(super) async fn make(dice: Dice) -> Self {
        let app = TestApp::start_with(without_limits).await;
        let mut scene = Self { app, dice, organizations: Vec::new(), branches: Vec::new(), clients: Vec::new() };
        for (organization, branches) in BRANCHES.iter().enumerate() {
            scene.found(organization).await;
            for branch in 0..*branches {
                scene.open(organization, branch).await;
            }
            for _ in 0..APPS_OF_EACH {
                scene.register(organization).await;
            }
        }
        scene
    }

    async fn found(&mut self, organization: usize) {
        let system = self.app.clock.system();
        let (id, owner, email) = (system.id(), system.id(), format!("owner{organization}@tenants.example"));
        let (name, password_hash) = ("Owner".to_owned(), password_hash(&system).await);
        let user = NewUser { id: owner, email: email.clone(), name, password_hash };
        self.app.identity.create_user(user, system.now()).await.unwrap().unwrap();
        let founded = self.app.commands.create_organization(id, (format!("T{organization}"), owner), &origin()).await;
        founded.unwrap();
        let owner = text(&self.app.password(&email, PASSWORD).await.expect(200).json()["access_token"]);
        self.organizations.push(Organization { id, owner });
    }

    async fn open(&mut self, organization: usize, branch: usize) {
        let (id, owner) = (self.app.clock.system().id(), self.organizations[organization].id);
        let name = format!("Branch {branch}");
        let opened = self.app.commands.open_branch(owner, id, (name, None), &origin()).await.unwrap();
        self.branches.push(Branch { organization, id, public_id: opened.public_id.to_string() });
    }

    async fn register(&mut self, organization: usize) {
        let number = self.clients.len();
        let first = number.is_multiple_of(APPS_OF_EACH);
        let allowed = if first { EVERY_SCOPE } else { self.some_scopes(EVERY_SCOPE) };
        let granted = if first || self.dice.below(3) > 0 { allowed } else { self.some_scopes(allowed) };
        let branches = if first { Vec::new() } else { self.some_branches(organization) };
        let name = format!("App {:02}", self.dice.below(90));
        let fields = json!({
            "name": name,
            "allowed_scopes": names(allowed),
            "allowed_branch_ids": self.ids(&branches),
            "description": "as registered",
        });
        let registered = self.app.new_app(&self.organizations[organization].owner, fields).await;
        let mut wish = grant(&registered.client_id, &registered.secret);
        wish["scope"] = names(granted).join(" ").into();
        let token = answer(self.app.post(DOOR).json(&wish)).await.expect(200).json()["access_token"].take();
        let (id, token, description) = (registered.app_id, text(&token), "as registered".to_owned());
        self.clients.push(Client { organization, id, name, description, token, granted, allowed, branches });
        // Apps are listed in the order of their registration.
        self.app.clock.advance(TimeDelta::milliseconds(10));
    }

    /// At least one of these.
    pub(super) fn some_scopes(&mut self, of: Scopes) -> Scopes {
        loop {
            let some = of & u8::try_from(self.dice.below(16)).unwrap();
            if some != 0 {
                return some;
            }
        }
    }

    /// Some branches of an organization; every third time none, which is all.
    pub(super) fn some_branches(&mut self, organization: usize) -> Vec<usize> {
        let own = (0..self.branches.len()).filter(|branch| self.branches[*branch].organization == organization);
        let own: Vec<usize> = own.collect();
        if self.dice.below(3) == 0 { Vec::new() } else { own.into_iter().filter(|_| self.dice.below(2) == 0).collect() }
    }

    pub(super) fn ids(&self, branches: &[usize]) -> Vec<Uuid> {
        branches.iter().map(|branch| self.branches[*branch].id).collect()
    }

    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.dice.below(length as u64)).unwrap()
    }

    pub(super) fn one_in(&mut self, number: u64) -> bool {
        self.dice.below(number) == 0
    }
}
