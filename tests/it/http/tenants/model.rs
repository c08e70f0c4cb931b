//! What is behind the doors, and what each app may see of it.

use chrono::DateTime;
use routix::proxy::Tenant;
use routix::proxy::catalogue::{ApiVersion, Catalogue, FieldValue};
use routix::proxy::records::{NewRecord, Target};
use serde_json::{Value, json};
use uuid::Uuid;

use super::scene::{Client, Scene, Scopes};
use super::sending::Expected;
use crate::http::client::Answer;

const ROWS: u64 = 10_000;
const NAMES: [&str; 6] = ["Bakker B.V.", "bakker b.v.", "Visser B.V.", "\u{c5}kerstr\u{f6}m", "O'Neill; --", "zeta"];
const EMAILS: [Option<&str>; 4] = [None, Some("a@example.nl"), Some("B@example.nl"), Some("z@example.nl")];
const KINDS: [&str; 3] = ["customer", "vendor", "carrier"];
const STATES: [&str; 3] = ["active", "inactive", "blocked"];
const STAGES: [&str; 5] = ["draft", "sent", "paid", "overdue", "credited"];
const DAYS: [Option<&str>; 4] = [None, Some("2025-12-31"), Some("2026-01-07"), Some("2026-02-21")];

/// A kind of record, with the four fields that the model knows.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) fields: [&'static str; 4],
    /// Their places in the catalogue.
    places: [usize; 4],
}

pub(super) const ACCOUNTS: usize = 0;
pub(super) const INVOICES: usize = 1;
pub(super) const KINDS_OF_RECORD: [Kind; 2] = [
    Kind { name: "accounts", fields: ["company_name", "email", "account_type", "status"], places: [1, 2, 4, 5] },
    Kind { name: "invoices", fields: ["invoice_number", "account_id", "status", "due_date"], places: [1, 2, 3, 5] },
];

pub(super) type Values = [Option<String>; 4];
/// A branch and a kind of record.
pub(super) type Shelf = (usize, usize);

#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) values: Values,
    pub(super) version: u64,
}

impl Row {
    /// As far as the model knows it.
    pub(super) fn shown(&self, kind: usize) -> Value {
        shown(Some(self.id), &self.values, kind)
    }
}

pub(super) fn shown(id: Option<Uuid>, values: &Values, kind: usize) -> Value {
    let fields =
        KINDS_OF_RECORD[kind].fields.iter().zip(values).map(|(name, value)| ((*name).to_owned(), json!(value)));
    fields.chain(id.map(|id| ("id".to_owned(), json!(id)))).collect()
}

/// What a request does to the model, when it was answered as it should be.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    Nothing,
    /// A record with these values; its id is in the answer.
    Made(Shelf, Values),
    Changed(Shelf, usize, Values),
    /// What an app has from now on.
    App {
        client: usize,
        allowed: Scopes,
        branches: Vec<usize>,
        description: String,
    },
}

pub(super) struct Model {
    pub(super) scene: Scene,
    /// By branch, then by kind; in the order in which they were made.
    pub(super) rows: Vec<[Vec<Row>; 2]>,
}

impl Model {
    pub(super) async fn new(scene: Scene) -> Self {
        let branches = scene.branches.len();
        let mut model = Self { scene, rows: (0..branches).map(|_| [Vec::new(), Vec::new()]).collect() };
        let each = ROWS / (2 * branches as u64);
        for branch in 0..branches {
            for kind in [ACCOUNTS, INVOICES] {
                for number in 0..each + model.scene.dice.below(7) {
                    let mut values = model.values((branch, kind));
                    if kind == INVOICES {
                        values[0] = Some(format!("F{number}"));
                    }
                    let id = model.scene.dice.id();
                    model.rows[branch][kind].push(Row { id, values, version: 1 });
                }
                load(&model, (branch, kind)).await;
            }
        }
        model
    }

    /// Values that a record of this shelf can have. An invoice's number is unique in its branch, and its account is one of
    /// the branch.
    pub(super) fn values(&mut self, (branch, kind): Shelf) -> Values {
        let dice = &mut self.scene.dice;
        let some = |text: &&str| Some((*text).to_owned());
        if kind == ACCOUNTS {
            let (name, email) = (some(dice.pick(&NAMES)), dice.pick(&EMAILS).map(str::to_owned));
            return [name, email, some(dice.pick(&KINDS)), some(dice.pick(&STATES))];
        }
        let number = Some(format!("F{}", dice.below(1_000)));
        let account = (dice.below(3) > 0).then(|| dice.pick(&self.rows[branch][ACCOUNTS]).id.to_string());
        [number, account, some(dice.pick(&STAGES)), dice.pick(&DAYS).map(str::to_owned)]
    }

    /// Whether a client may do this, and how it is refused.
    pub(super) fn refusal(&self, client: &Client, (branch, kind): Shelf, writes: bool) -> Option<Expected> {
        let scope = 1 << (2 * kind + usize::from(writes));
        if client.granted & client.allowed & scope == 0 {
            return Some(Expected::Status(403, "insufficient_scope"));
        }
        if self.scene.branches[branch].organization != client.organization {
            return Some(Expected::Status(404, "branch_not_found"));
        }
        let is_open = client.branches.is_empty() || client.branches.contains(&branch);
        (!is_open).then_some(Expected::Status(403, "branch_access_denied"))
    }

    /// The row of a shelf with this id, by its place.
    pub(super) fn find(&self, (branch, kind): Shelf, id: Uuid) -> Option<usize> {
        self.rows[branch][kind].iter().position(|row| row.id == id)
    }

    /// Any shelf; every second time one of the client's own organization.
    pub(super) fn shelf(&mut self, client: usize) -> Shelf {
        let kind = self.scene.index(2);
        let own = self.scene.clients[client].organization;
        loop {
            let branch = self.scene.index(self.scene.branches.len());
            if self.scene.branches[branch].organization == own || self.scene.one_in(3) {
                return (branch, kind);
            }
        }
    }

    /// Takes over what a request has done.
    pub(super) fn happened(&mut self, effect: Effect, answer: &Answer) {
        match effect {
            Effect::Nothing => {}
            Effect::Made((branch, kind), values) => {
                let id = answer.json()["data"]["id"].as_str().unwrap().parse().unwrap();
                self.rows[branch][kind].push(Row { id, values, version: 1 });
            }
            Effect::Changed((branch, kind), place, values) => {
                let row = &mut self.rows[branch][kind][place];
                (row.values, row.version) = (values, row.version + 1);
                assert_eq!(answer.header("etag"), format!("\"{}\"", row.version), "{row:?}");
            }
            Effect::App { client, allowed, branches, description } => {
                let client = &mut self.scene.clients[client];
                (client.allowed, client.branches, client.description) = (allowed, branches, description);
            }
        }
    }
}

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}

/// What a row has beside the fields that the model knows.
fn defaults(kind: usize) -> Vec<(usize, FieldValue)> {
    match kind {
        ACCOUNTS => vec![(13, text("NL")), (14, text("nl"))],
        _ => vec![(6, text("EUR")), (11, FieldValue::Boolean(false))],
    }
}

async fn load(model: &Model, (branch, kind): Shelf) {
    let resource = Catalogue::built_in().unwrap().resource(KINDS_OF_RECORD[kind].name).unwrap().clone();
    let place = &model.scene.branches[branch];
    let tenant = Tenant::for_loading(model.scene.organizations[place.organization].id, place.id);
    let records = model.rows[branch][kind].iter().map(|row| {
        let places = KINDS_OF_RECORD[kind].places.iter();
        let known = places.zip(&row.values).filter_map(|(place, value)| Some((*place, text(value.as_ref()?))));
        let values = known.chain(defaults(kind)).collect();
        NewRecord { id: row.id, now: DateTime::UNIX_EPOCH, values, retry: None }
    });
    let target = Target { resource, version: ApiVersion::V2, tenant };
    model.scene.app.records.load(&target, records.collect()).await.unwrap();
}
