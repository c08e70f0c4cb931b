//! An installation that grows by random commands.

mod code_flow;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::persist::SerializedEvent;
use cqrs_es::{Aggregate, DomainEvent};
use routix_domain::Decide;
use routix_domain::app::{
    App, AppChange, AppCommand, ClientType, MAX_OVERLAP_SECONDS, RefreshAuthentication, Registration, StatusChange,
};
use routix_domain::authorization::Authorization;
use routix_domain::consent::Consent;
use routix_domain::log::{Actor, Metadata};
use routix_domain::organization::{Organization, OrganizationCommand, Role};
use routix_domain::reservation::{Reservation, Reserve, branch_public_id};
use routix_domain::value::{BranchPublicId, BranchRestriction, Fingerprint, RedirectUri, ScopeSet};
use routix_test_ledger::Dice;
use serde_json::json;
use uuid::Uuid;

use crate::held::Held;

const SCOPES: [&str; 4] = [
    "routix:orders:read",
    "routix:orders:read routix:orders:write",
    "routix:invoices:read",
    "routix:vehicles:write routix:accounts:read",
];
const LIFETIMES: [&str; 5] = ["1m", "30m", "1h", "1d", "unlimited"];
const NAMES: [&str; 5] = ["Acme", "De Vries – Transport", "Ünïcödé 鍵", "O'Brien \"Co\"", "👩‍🚀"];

/// An installation that grows by random commands, and the events that they caused.
pub struct History {
    dice: Dice,
    time: DateTime<Utc>,
    apps: Held<App>,
    organizations: Held<Organization>,
    /// With the organization of each.
    branches: Vec<(Uuid, Uuid)>,
    branches_of: HashMap<Uuid, Vec<Uuid>>,
    public_ids: HashSet<String>,
    consents: Held<Consent>,
    authorizations: Held<Authorization>,
    users: Vec<Uuid>,
    pub appends: Vec<Vec<SerializedEvent>>,
    pub events: usize,
}

impl History {
    /// At least `events` events, the same ones for the same seed.
    pub fn of(seed: u64, events: usize) -> Self {
        let mut history = Self::begun(seed);
        history.grow(events);
        history
    }

    fn begun(seed: u64) -> Self {
        let mut dice = Dice::seeded(seed);
        let users = (0..12).map(|_| dice.id()).collect();
        Self {
            dice,
            time: DateTime::UNIX_EPOCH + TimeDelta::days(20_500),
            apps: Held::default(),
            organizations: Held::default(),
            branches: Vec::new(),
            branches_of: HashMap::new(),
            public_ids: HashSet::new(),
            consents: Held::default(),
            authorizations: Held::default(),
            users,
            appends: Vec::new(),
            events: 0,
        }
    }

    /// Adds commands until there are so many events in all.
    pub fn grow(&mut self, events: usize) {
        while self.events < events {
            self.time += TimeDelta::seconds(i64::try_from(self.dice.below(4_000)).unwrap());
            match self.dice.below(100) {
                0 => self.create_organization(),
                1..=10 => self.open_branch(),
                11..=20 => self.change_branch(),
                21..=40 => self.change_members(),
                41..=46 => self.register(),
                47..=66 => self.change_app(),
                67..=74 => self.rotate(),
                75..=78 => self.end_overlap(),
                79..=80 => self.revoke_token(),
                81..=85 => self.change_consent(),
                _ => self.use_authorization(),
            }
        }
    }

    /// Nothing happens to this app any more.
    pub fn leave_alone(&mut self, app_id: Uuid) {
        self.apps.remove(app_id);
    }

    /// What was appended since the last time.
    pub fn take(&mut self) -> Vec<Vec<SerializedEvent>> {
        std::mem::take(&mut self.appends)
    }

    fn create_organization(&mut self) {
        let (id, owner_id) = (self.dice.id(), *self.dice.pick(&self.users));
        let name = (*self.dice.pick(&NAMES)).to_owned();
        self.organization(id, OrganizationCommand::Create { name, owner_id });
    }

    fn open_branch(&mut self) {
        let Some(organization) = self.any_organization() else { return };
        let branch_id = self.dice.id();
        // Forty bits: among a hundred thousand branches two draw the same one now and then, and a real one draws again.
        let public_id = loop {
            let drawn = BranchPublicId::from_random(self.dice.roll().to_le_bytes());
            if self.public_ids.insert(drawn.as_str().to_owned()) {
                break drawn;
            }
        };
        let mut reservation = Reservation::default();
        let value = branch_public_id(&public_id);
        self.decide(&value, (&mut reservation, &mut 0), Reserve { holder_id: branch_id });
        let name = (*self.dice.pick(&NAMES)).to_owned();
        self.organization(organization, OrganizationCommand::OpenBranch { branch_id, public_id, name });
        self.branches.push((organization, branch_id));
        self.branches_of.entry(organization).or_default().push(branch_id);
    }

    fn change_branch(&mut self) {
        if self.branches.is_empty() {
            return;
        }
        let (organization, branch_id) = *self.dice.pick(&self.branches);
        let name = (*self.dice.pick(&NAMES)).to_owned();
        let command = match self.dice.below(4) {
            0 => OrganizationCommand::CloseBranch { branch_id },
            _ => OrganizationCommand::RenameBranch { branch_id, name },
        };
        self.organization(organization, command);
    }

    fn change_members(&mut self) {
        let Some(organization) = self.any_organization() else { return };
        let user_id = *self.dice.pick(&self.users);
        let role = *self.dice.pick(&[Role::Owner, Role::Admin, Role::Member, Role::Viewer]);
        let branches = self.restriction(organization);
        let command = match self.dice.below(4) {
            0 => OrganizationCommand::RemoveMember { user_id },
            1 => OrganizationCommand::ChangeMember { user_id, role: Some(role), branches: Some(branches) },
            _ => OrganizationCommand::AddMember { user_id, role, branches },
        };
        self.organization(organization, command);
    }

    fn register(&mut self) {
        let Some(organization_id) = self.any_organization() else { return };
        let client_type = *self.dice.pick(&[ClientType::Confidential, ClientType::Confidential, ClientType::Public]);
        let registration = Registration {
            organization_id,
            client_id: self.dice.id(),
            client_type,
            name: (*self.dice.pick(&NAMES)).to_owned(),
            description: (self.dice.below(2) == 0).then(|| "Sends orders\nand reads invoices".to_owned()),
            homepage_url: None,
            redirect_uris: vec![self.redirect_uri()],
            allowed_scopes: self.scopes(),
            allowed_branches: self.restriction(organization_id),
            token_lifetime: self.dice.pick(&LIFETIMES).parse().unwrap(),
            refresh_authentication: RefreshAuthentication::WhenRotated,
            secret: (client_type == ClientType::Confidential).then(|| self.secret()),
            registered_at: self.time,
            request_fingerprint: (self.dice.below(2) == 0).then(|| "fe".repeat(32)),
        };
        let id = self.dice.id();
        self.app(id, AppCommand::Register(Box::new(registration)));
    }

    fn change_app(&mut self) {
        let Some(id) = self.any_app() else { return };
        let mut change = AppChange::default();
        match self.dice.below(9) {
            0 => change.name = Some((*self.dice.pick(&NAMES)).to_owned()),
            1 => change.homepage_url = Some(Some("https://acme.example".into())),
            2 => change.redirect_uris = Some(vec![self.redirect_uri()]),
            3 => change.allowed_scopes = Some(self.scopes()),
            4 => {
                change.allowed_branches = Some(
                    self.branches
                        .first()
                        .map_or(BranchRestriction::All, |branch| BranchRestriction::from_list(vec![branch.1])),
                )
            }
            5 => change.token_lifetime = Some(self.dice.pick(&LIFETIMES).parse().unwrap()),
            6 => change.refresh_authentication = Some(RefreshAuthentication::Always),
            _ => {
                // Several groups of fields at once are several events in one append.
                change.description = Some(None);
                change.name = Some(format!("App {}", self.dice.below(5)));
                let status = [StatusChange::Revoke, StatusChange::RevokeAndCutOff, StatusChange::Reactivate];
                change.status = Some(*self.dice.pick(&status));
            }
        }
        self.app(id, AppCommand::Change(Box::new(change)));
    }

    fn rotate(&mut self) {
        let Some(id) = self.any_app() else { return };
        let overlap_seconds = *self.dice.pick(&[0, 60, 86_400, MAX_OVERLAP_SECONDS]);
        let secret = self.secret();
        self.app(id, AppCommand::RotateSecret { secret, overlap_seconds, at: self.time });
    }

    fn end_overlap(&mut self) {
        let Some(id) = self.any_app() else { return };
        self.app(id, AppCommand::EndOverlap { at: self.time });
    }

    fn any_app(&mut self) -> Option<Uuid> {
        self.apps.pick(&mut self.dice)
    }

    fn any_organization(&mut self) -> Option<Uuid> {
        self.organizations.pick(&mut self.dice)
    }

    fn restriction(&mut self, organization: Uuid) -> BranchRestriction {
        let Some(own) = self.branches_of.get(&organization).filter(|_| self.dice.below(2) != 0) else {
            return BranchRestriction::All;
        };
        BranchRestriction::from_list(vec![*self.dice.pick(own), *self.dice.pick(own)])
    }

    fn secret(&mut self) -> Fingerprint {
        let number = self.dice.roll();
        Fingerprint { sha256: format!("{number:064x}"), last4: format!("{:04x}", number & 0xffff) }
    }

    fn scopes(&mut self) -> ScopeSet {
        ScopeSet::parse_parameter(self.dice.pick::<&str>(&SCOPES)).unwrap()
    }

    fn redirect_uri(&mut self) -> RedirectUri {
        RedirectUri::parse(&format!("https://erp-{}.example/cb", self.dice.below(9)), false).unwrap()
    }

    fn app(&mut self, id: Uuid, command: AppCommand) {
        let (mut app, mut sequence) = self.apps.take(id);
        self.decide(&id.to_string(), (&mut app, &mut sequence), command);
        self.apps.put(id, app, sequence);
    }

    fn organization(&mut self, id: Uuid, command: OrganizationCommand) {
        let (mut organization, mut sequence) = self.organizations.take(id);
        self.decide(&id.to_string(), (&mut organization, &mut sequence), command);
        self.organizations.put(id, organization, sequence);
    }

    /// Lets the aggregate decide; what it refuses leaves no event.
    fn decide<A>(&mut self, id: &str, (aggregate, sequence): (&mut A, &mut usize), command: <A as Decide>::Command)
    where
        A: Decide + Aggregate<Event = <A as Decide>::Event>,
    {
        let events = Decide::decide(aggregate, command).unwrap_or_default();
        let metadata = self.metadata();
        let recorded: Vec<_> = events
            .into_iter()
            .map(|event| {
                *sequence += 1;
                let payload = serde_json::to_value(&event).unwrap();
                let (event_type, version) = (event.event_type(), event.event_version());
                let metadata = json!(metadata.to_map());
                aggregate.evolve(event);
                let aggregate_type = <A as Aggregate>::TYPE.to_owned();
                SerializedEvent::new(id.to_owned(), *sequence, aggregate_type, event_type, version, payload, metadata)
            })
            .collect();
        if !recorded.is_empty() {
            self.events += recorded.len();
            self.appends.push(recorded);
        }
    }

    fn metadata(&mut self) -> Metadata {
        let actors =
            [Actor::User(self.users[0]), Actor::System, Actor::CommandLine("deploy".into()), Actor::App(self.users[1])];
        Metadata {
            actor: self.dice.pick(&actors).clone(),
            authenticated_by: "password".into(),
            request_id: (self.dice.below(2) == 0).then(|| format!("r-{}", self.events)),
            correlation_id: self.dice.id(),
            causation_id: self.dice.id(),
            context_commitment: None,
        }
    }
}
