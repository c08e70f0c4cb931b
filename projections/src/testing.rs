//! Recorded events to give and rows to find, for the tests of this package.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use routix_domain::app::{AppEvent, ClientType, RefreshAuthentication, Registration};
use routix_domain::log::{Actor, Metadata, Page, RecordedEvent};
use routix_domain::organization::OrganizationEvent;
use routix_domain::value::{BranchRestriction, Fingerprint, RedirectUri, ScopeSet, TokenLifetime};
use routix_test_postgres::Scratch;
use serde::Serialize;
use serde_json::Value as JsonValue;
use tempfile::TempDir;
use uuid::Uuid;

use crate::database::{Database, PostgresDatabase, PostgresUrl, Row, SqliteDatabase};
use crate::projection::Projection;
use crate::read_db::{Advance, Generation, Outcome, ReadDb};
use crate::sqlite_file::Durability;
use crate::table::TableRow;

/// Runs each test of a module once on every kind of database. A test that is not listed is not used, and does not compile.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::testing::Kind::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::testing::Kind::Postgres).await;
            })+
        }
    };
}
pub(crate) use on_both;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

const SQLITE: [&str; 3] = [
    include_str!("../../migrations/sqlite/read/20261122000000_projections.sql"),
    include_str!("../../migrations/sqlite/read/20261122000001_controls.sql"),
    include_str!("../../migrations/sqlite/read/20261123000000_changes.sql"),
];
const POSTGRES: [&str; 2] = [
    include_str!("../../migrations/postgres/read/20261122000000_projections.sql"),
    include_str!("../../migrations/postgres/read/20261123000000_changes.sql"),
];

/// Read models in a database of their own, gone with the test.
pub(crate) struct Place {
    pub(crate) db: ReadDb,
    pub(crate) database: Database,
    home: Home,
}

enum Home {
    Folder(TempDir),
    Cluster(Scratch),
}

impl Place {
    pub(crate) async fn new(kind: Kind) -> Self {
        let (home, schema) = match kind {
            Kind::Sqlite => (Home::Folder(tempfile::tempdir().unwrap()), SQLITE.concat()),
            Kind::Postgres => (Home::Cluster(Scratch::new()), format!("CREATE SCHEMA read; {}", POSTGRES.concat())),
        };
        let database = home.open();
        database.write(move |session| session.batch(&schema)).await.unwrap();
        Self { db: ReadDb::new(database.clone()), database, home }
    }

    /// The same read models as another process has them.
    pub(crate) fn second(&self) -> ReadDb {
        ReadDb::new(self.home.open())
    }

    /// Runs statements as the superuser of PostgreSQL, beside the read models.
    pub(crate) fn sql(&self, statements: &str) -> Vec<String> {
        match &self.home {
            Home::Folder(_) => panic!("there is no superuser"),
            Home::Cluster(scratch) => scratch.sql(statements),
        }
    }

    /// Runs statements of whatever kind.
    pub(crate) async fn run(&self, statements: impl Into<String>) {
        let statements = statements.into();
        self.database.write(move |session| session.batch(&statements)).await.unwrap();
    }

    /// The names of the tables that begin with `prefix`, in their order.
    pub(crate) async fn tables(&self, prefix: &str) -> Vec<String> {
        let names = self.database.write(|session| session.table_names()).await.unwrap();
        let mut names: Vec<_> = names.into_iter().filter(|name| name.starts_with(prefix)).collect();
        names.sort();
        names
    }

    /// Every live row of a projection, as the database holds it.
    pub(crate) async fn dump(&self, projection: &dyn Projection) -> BTreeMap<&'static str, Vec<Row>> {
        let mut dump = BTreeMap::new();
        for table in projection.tables() {
            let sql = format!("SELECT {} FROM {} ORDER BY {}", table.column_list(), table.name, table.key_list());
            dump.insert(table.name, self.database.select(&sql, &[]).await.unwrap());
        }
        dump
    }

    /// The rows of a read model, in the order of their key.
    pub(crate) async fn rows<T: TableRow>(&self) -> Vec<T> {
        self.db.select("ORDER BY 1, 2", Vec::new()).await.unwrap()
    }

    /// Applies one batch to the live tables.
    pub(crate) async fn advance(&self, projection: &'static dyn Projection, after: u64, log: &Log) -> Outcome {
        self.db.advance(projection, Advance::Live, (after, log.page()), 0).await.unwrap()
    }

    /// What is noted of the live tables.
    pub(crate) async fn live(&self, projection: &'static dyn Projection) -> Generation {
        self.db.status(&[projection]).await.unwrap().remove(0).live.unwrap()
    }
}

impl Home {
    fn open(&self) -> Database {
        match self {
            Self::Folder(folder) => {
                let path = folder.path().join("read.db");
                Database::Sqlite(SqliteDatabase::open(&path, Durability::Normal).unwrap())
            }
            Self::Cluster(scratch) => {
                let url = PostgresUrl::parse(&scratch.url()).unwrap();
                Database::Postgres(PostgresDatabase::new(&url, "read", 6).unwrap())
            }
        }
    }
}

/// Waits for `future`, but not for ever.
pub(crate) async fn bounded<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.unwrap()
}

/// Fresh tables with these events in them.
pub(crate) async fn given(kind: Kind, projection: &'static dyn Projection, log: &Log) -> Place {
    let place = Place::new(kind).await;
    place.db.prepare(projection, 0).await.unwrap();
    assert_eq!(place.advance(projection, 0, log).await, Outcome::At(log.head()));
    place
}

/// The rows of a projection's first table after these events.
pub(crate) async fn rows_after<T: TableRow>(kind: Kind, projection: &'static dyn Projection, log: &Log) -> Vec<T> {
    given(kind, projection, log).await.rows().await
}

/// Events as the store would have recorded them, one position after the other.
#[derive(Clone, Default)]
pub(crate) struct Log {
    pub(crate) events: Vec<RecordedEvent>,
    sequences: HashMap<(&'static str, String), u64>,
}

impl Log {
    pub(crate) fn app(self, number: u128, event: &AppEvent) -> Self {
        self.push("app", id(number).to_string(), event)
    }

    pub(crate) fn organization(self, number: u128, event: &OrganizationEvent) -> Self {
        self.push("organization", id(number).to_string(), event)
    }

    pub(crate) fn push(mut self, aggregate_type: &'static str, aggregate_id: String, event: &impl Serialize) -> Self {
        let sequence = self.sequences.entry((aggregate_type, aggregate_id.clone())).or_default();
        *sequence += 1;
        let payload = serde_json::to_value(event).unwrap();
        let position = self.events.len() as u64 + 1;
        self.events.push(RecordedEvent {
            position,
            event_id: id(position.into()),
            aggregate_type: aggregate_type.to_owned(),
            aggregate_id,
            sequence: *sequence,
            event_type: payload["type"].as_str().unwrap().to_owned(),
            event_version: "1".to_owned(),
            payload: payload.to_string(),
            metadata: metadata_of(Actor::User(id(900))),
            recorded_at: at(position),
        });
        self
    }

    /// Changes the newest event into something that no command would have written.
    pub(crate) fn spoilt(mut self, spoil: impl FnOnce(&mut RecordedEvent)) -> Self {
        spoil(self.events.last_mut().unwrap());
        self
    }

    pub(crate) fn by(self, actor: Actor) -> Self {
        self.spoilt(|event| event.metadata = metadata_of(actor))
    }

    pub(crate) fn head(&self) -> u64 {
        self.events.last().map_or(0, |event| event.position)
    }

    pub(crate) fn page(&self) -> Page {
        Page { events: self.events.clone(), next: self.head(), head: self.head() }
    }

    /// The events behind a position, at most so many.
    pub(crate) fn after(&self, position: u64, limit: usize) -> Page {
        let events: Vec<_> = self.events.iter().filter(|e| e.position > position).take(limit).cloned().collect();
        let next = events.last().map_or(position, |event| event.position);
        Page { events, next, head: self.head() }
    }
}

fn metadata_of(actor: Actor) -> String {
    let metadata = Metadata {
        actor,
        authenticated_by: "password".into(),
        request_id: Some("r-1".into()),
        correlation_id: id(901),
        causation_id: id(902),
        context_commitment: Some("c0ffee".into()),
    };
    serde_json::to_string(&metadata.to_map()).unwrap()
}

/// The moment at which the store recorded the event at `position`.
pub(crate) fn at(position: u64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_500) + TimeDelta::milliseconds(i64::try_from(position).unwrap() * 1_001)
}

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) fn fingerprint(number: u32) -> Fingerprint {
    Fingerprint { sha256: format!("{number:064x}"), last4: format!("{number:04x}") }
}

pub(crate) fn scopes(parameter: &str) -> ScopeSet {
    ScopeSet::parse_parameter(parameter).unwrap()
}

pub(crate) fn only(branches: &[u128]) -> BranchRestriction {
    BranchRestriction::Only(branches.iter().map(|number| id(*number)).collect())
}

/// A confidential app of organization 50 with client id 70.
pub(crate) fn registration() -> Registration {
    Registration {
        organization_id: id(50),
        client_id: id(70),
        client_type: ClientType::Confidential,
        name: "ERP – Groß".into(),
        description: Some("Sends orders".into()),
        homepage_url: None,
        redirect_uris: vec![RedirectUri::parse("https://erp.example/cb", false).unwrap()],
        allowed_scopes: scopes("routix:orders:read routix:orders:write"),
        allowed_branches: BranchRestriction::All,
        token_lifetime: TokenLifetime::default(),
        refresh_authentication: RefreshAuthentication::WhenRotated,
        secret: Some(fingerprint(1)),
        registered_at: at(0),
        request_fingerprint: Some("fe".repeat(32)),
    }
}

pub(crate) fn registered() -> AppEvent {
    AppEvent::Registered(Box::new(registration()))
}

/// A rotation at `seconds` after the beginning, with an overlap.
pub(crate) fn rotated(generation: u32, seconds: i64, overlap_seconds: i64) -> AppEvent {
    let rotated_at = at(0) + TimeDelta::seconds(seconds);
    let previous_valid_until = rotated_at + TimeDelta::seconds(overlap_seconds);
    AppEvent::SecretRotated { generation, secret: fingerprint(generation), rotated_at, previous_valid_until }
}

/// One of every event of an app, in an order in which it can happen.
pub(crate) fn every_app_event() -> Vec<AppEvent> {
    vec![
        registered(),
        AppEvent::DetailsChanged {
            name: "ERP".into(),
            description: None,
            homepage_url: Some("https://e.example".into()),
        },
        AppEvent::RedirectUrisChanged {
            redirect_uris: vec![RedirectUri::parse("https://e.example/2", false).unwrap()],
        },
        AppEvent::ScopesChanged { allowed_scopes: scopes("routix:invoices:read") },
        AppEvent::BranchRestrictionChanged { allowed_branches: only(&[60, 61]) },
        AppEvent::TokenLifetimeChanged { token_lifetime: TokenLifetime::Unlimited },
        AppEvent::RefreshAuthenticationChanged { refresh_authentication: RefreshAuthentication::Always },
        rotated(2, 100, 3_600),
        AppEvent::SecretOverlapEnded { ended_at: at(0) + TimeDelta::seconds(200) },
        AppEvent::Revoked {},
        AppEvent::TokensCutOff { token_epoch: 1 },
        AppEvent::Reactivated {},
        AppEvent::TokenRevoked { token_id: id(77), expires_at: None },
    ]
}

/// All of [`every_app_event`] for one app.
pub(crate) fn full_life(number: u128) -> Log {
    every_app_event().iter().fold(Log::default(), |log, event| log.app(number, event))
}

/// Every member of a JSON value, at any depth, by its name.
pub(crate) fn member_names(value: &JsonValue) -> Vec<String> {
    match value {
        JsonValue::Object(members) => {
            members.iter().flat_map(|(name, value)| [vec![name.clone()], member_names(value)].concat()).collect()
        }
        JsonValue::Array(items) => items.iter().flat_map(member_names).collect(),
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) | JsonValue::String(_) => Vec::new(),
    }
}
