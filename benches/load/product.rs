//! routix as somebody starts it: the demo, with branches of three sizes beside its own, every check and log switched on.

use std::fs::File;
use std::process::{Command, Stdio};
use std::sync::Arc;

use routix::commands::Origin;
use routix::config::Config;
use routix::demo::{ENV_FILE, Facts};
use routix::proxy::Tenant;
use routix::proxy::catalogue::Catalogue;
use routix::proxy::records::{LoadRow, load_rows};
use routix::system::System;
use routix::wiring::Stores;
use routix_test_ledger::Person;
use routix_test_postgres::Scratch;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use crate::apps;
use crate::server::{Server, free_address};
use crate::wrk::Request;

/// The rows of each branch that is made.
pub(crate) const SIZES: [usize; 3] = [10, 1_000, 40_000];

/// The most records on a page.
const PAGE: usize = 100;

const PROGRAM: &str = env!("CARGO_BIN_EXE_routix");

/// Where it keeps its data.
pub(crate) enum Store {
    Sqlite,
    /// One database for all of it, row level security on.
    Postgres(Box<Scratch>),
}

impl Store {
    pub(crate) fn postgres() -> Self {
        Self::Postgres(Box::new(Scratch::new()))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    fn url(&self) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres(scratch) => Some(scratch.url()),
        }
    }
}

pub(crate) struct Product {
    pub(crate) store: &'static str,
    pub(crate) server: Server,
    pub(crate) facts: Facts,
    pub(crate) person: Person,
    /// A token of the demo's app.
    pub(crate) token: String,
    /// The public ids of the branches, by [`SIZES`].
    pub(crate) branches: Vec<String>,
    /// What apps beside the demo's own sign in with.
    pub(crate) apps: Vec<(String, String)>,
    /// What it held in memory before anybody came, in KiB.
    pub(crate) idle: u64,
    _folder: TempDir,
}

/// How it is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// On all cores, beside the yardstick. More is asked of it at once than it would take from people.
    Compared,
    /// On one core of its own.
    Alone,
}

fn start(folder: &TempDir, store: &Store, how: How) -> Server {
    let address = free_address();
    let mut routix = Command::new(if how == How::Alone { "taskset" } else { PROGRAM });
    if how == How::Alone {
        routix.args(["--cpu-list", "0", PROGRAM]);
    }
    routix.args(["demo", "--log", "info", "--log-format", "json", "--api-rate-limit", "0"]);
    if how == How::Compared {
        routix.args(["--shed-after-ms", "0"]);
    }
    routix.arg("--data-dir").arg(folder.path()).arg("--listen").arg(address.to_string());
    if let Some(url) = store.url() {
        routix.args(["--database-url", &url]);
    }
    let log = File::create(folder.path().join("log")).unwrap();
    Server::start(routix.stdout(Stdio::null()).stderr(log), (address, "/readyz"))
}

impl Product {
    pub(crate) async fn start(store: &Store, (apps, how): (usize, How)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        drop(start(&folder, store, how));
        let (branches, apps) = fill(&folder, store, apps).await;
        let server = start(&folder, store, how);
        let idle = server.resident();
        let facts = Facts::read(folder.path()).unwrap().unwrap_or_else(|| panic!("no {ENV_FILE}"));
        let host = server.address.to_string();
        let owner = (facts.get("ROUTIX_OWNER_EMAIL"), facts.get("ROUTIX_OWNER_PASSWORD"));
        let person = Person::signed_in(&host, owner, facts.get("ROUTIX_BRANCH")).await;
        let token = person.records_token().to_owned();
        Self { store: store.name(), server, facts, person, token, branches, apps, idle, _folder: folder }
    }

    /// The size of the program, in bytes.
    pub(crate) fn program() -> u64 {
        std::fs::metadata(PROGRAM).unwrap().len()
    }

    /// A list of five in the branch of this place in [`SIZES`], or a record of it.
    pub(crate) fn records(&self, place: usize, rest: &str) -> Request {
        let path = format!("/functions/v1/api/v1/{}/accounts{rest}", self.branches[place]);
        Request { headers: vec![("Authorization", format!("Bearer {}", self.token))], ..Request::get(path) }
    }

    /// Five rows of the branch of this place behind so many, by the cursor that leads there: no offset reaches that far.
    pub(crate) fn behind(&self, place: usize, rows: usize) -> Request {
        let (mut walked, mut cursor) = (0, String::new());
        while walked < rows {
            let limit = PAGE.min(rows - walked);
            let page = self.server.ask(self.records(place, &format!("?limit={limit}{cursor}")));
            let next = page.split("\"next\":\"").nth(1).unwrap().split('"').next().unwrap();
            cursor = format!("&cursor={next}");
            walked += limit;
        }
        self.records(place, &format!("?limit=5{cursor}"))
    }

    /// The id of a record in the branch of this place.
    pub(crate) fn record_id(place: usize) -> Uuid {
        row_id(place, SIZES[place] / 2)
    }
}

fn row_id(place: usize, row: usize) -> Uuid {
    Uuid::from_u128((0xBE4C_u128 << 96) + ((place as u128) << 64) + row as u128)
}

/// Opens a branch of each size and loads its accounts, and registers apps, while no server is there.
async fn fill(folder: &TempDir, store: &Store, apps: usize) -> (Vec<String>, Vec<(String, String)>) {
    let config = Config { data_dir: folder.path().to_owned(), database_url: store.url(), ..Config::default() };
    let system = System::real();
    let stores = Stores::open(&config, &system).await.unwrap();
    let facts = Facts::read(folder.path()).unwrap().unwrap_or_else(|| panic!("no {ENV_FILE}"));
    let organization: Uuid = facts.get("ROUTIX_ORGANIZATION_ID").parse().unwrap();
    let origin = Origin::system(system.ordered_id());
    let catalogue = Catalogue::built_in().unwrap();
    let mut branches = Vec::new();
    for (place, size) in SIZES.into_iter().enumerate() {
        let (id, name) = (system.id(), format!("{size} rows"));
        let opened = stores.commands.open_branch(organization, id, (name, None), &origin).await.unwrap();
        let rows: Vec<LoadRow> = (0..size)
            .map(|row| LoadRow {
                id: row_id(place, row),
                created_at: system.now(),
                members: json!({
                    "company_name": format!("Company {row} B.V."),
                    "email": format!("planning{row}@company.example"),
                    "phone": "+31 30 123 45 67",
                })
                .as_object()
                .unwrap()
                .clone(),
            })
            .collect();
        let tenant = Tenant::for_loading(organization, id);
        load_rows(&*stores.records, &Arc::clone(catalogue.resource("accounts").unwrap()), &tenant, &rows)
            .await
            .unwrap();
        branches.push(opened.public_id.to_string());
    }
    let apps = apps::register(&stores, organization, apps).await;
    stores.close().await;
    (branches, apps)
}
