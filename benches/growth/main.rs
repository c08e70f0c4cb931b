//! What a long log costs: how fast read models are made of it anew, beside only reading it, and whether an append behind many
//! events takes longer than one behind a few. See the README one folder up.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made says so by ending")]
#![expect(clippy::print_stdout, reason = "figures are what it is for")]

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use chrono::DateTime;
use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use futures_util::future::join_all;
use routix::store::EventStore;
use routix::store::migrations::READ;
use routix::store::postgres::PostgresEventStore;
use routix::store::sqlite::SqliteEventStore;
use routix::system::System;
use routix_domain::app::App;
use routix_domain::authorization::Authorization;
use routix_domain::consent::Consent;
use routix_domain::log::EventFeed;
use routix_domain::organization::Organization;
use routix_domain::reservation::Reservation;
use routix_projections::database::{Database, PostgresDatabase, PostgresUrl, SqliteDatabase};
use routix_projections::projection::{Projection, all};
use routix_projections::read_db::ReadDb;
use routix_projections::rebuild::Rebuilder;
use routix_projections::sqlite_file::Durability;
use routix_test_history::History;
use routix_test_postgres::Scratch;
use tempfile::TempDir;

const HELP: &str = "cargo bench --bench growth -- [--events N] [--batch N]... [sqlite|postgres]...";
const EVENTS: usize = 1_000_000;
/// Appends that are timed, one after the other.
const TIMED: usize = 2_000;
/// Appends that are under way together while the log grows.
const TOGETHER: usize = 256;
/// Events a page, as a rebuild reads them.
const PAGE: usize = 1_000;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A log and read models in one kind of database.
struct Installation {
    name: &'static str,
    store: EventStore,
    feed: Arc<dyn EventFeed>,
    db: ReadDb,
    _place: Place,
}

/// What goes away with it.
struct Place {
    _folder: TempDir,
    _cluster: Option<Scratch>,
}

impl Installation {
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteEventStore::open(&folder.path().join("events.db"), &System::real()).unwrap();
        let database = SqliteDatabase::open(&folder.path().join("read.db"), Durability::Normal).unwrap();
        let place = Place { _folder: folder, _cluster: None };
        Self::of("SQLite", EventStore::Sqlite(store), Database::Sqlite(database), place).await
    }

    async fn postgres() -> Self {
        let cluster = Scratch::new();
        let url = PostgresUrl::parse(&cluster.url()).unwrap();
        let store = PostgresEventStore::open(&url, System::real().now()).await.unwrap();
        let database = PostgresDatabase::new(&url, "read", 8).unwrap();
        let place = Place { _folder: tempfile::tempdir().unwrap(), _cluster: Some(cluster) };
        Self::of("PostgreSQL", EventStore::Postgres(store), Database::Postgres(database), place).await
    }

    async fn of(name: &'static str, store: EventStore, database: Database, place: Place) -> Self {
        READ.migrate(&database, DateTime::UNIX_EPOCH).await.unwrap();
        let db = ReadDb::new(database);
        for projection in all() {
            db.prepare(projection, 0).await.unwrap();
        }
        Self { name, feed: store.feed(), store, db, _place: place }
    }

    async fn append(&self, events: &[SerializedEvent]) {
        // postgres-es takes the type from its parameter, and not from the events.
        let appended = match events[0].aggregate_type.as_str() {
            App::TYPE => self.store.persist::<App>(events, None).await,
            Authorization::TYPE => self.store.persist::<Authorization>(events, None).await,
            Consent::TYPE => self.store.persist::<Consent>(events, None).await,
            Organization::TYPE => self.store.persist::<Organization>(events, None).await,
            Reservation::TYPE => self.store.persist::<Reservation>(events, None).await,
            other => panic!("a history has no {other}"),
        };
        appended.unwrap_or_else(|error| panic!("{error}: {:?}", events[0]));
    }

    /// Together as far as each is of another stream: what is behind an event waits for it.
    async fn append_all(&self, appends: &[Vec<SerializedEvent>]) {
        let mut left = appends;
        while !left.is_empty() {
            let mut streams = HashSet::new();
            let together = left.iter().take(TOGETHER).map(|events| events[0].aggregate_id.as_str());
            let count = together.take_while(|stream| streams.insert(*stream)).count();
            let (now, later) = left.split_at(count);
            join_all(now.iter().map(|events| self.append(events))).await;
            left = later;
        }
    }

    /// Appends a second, one after the other.
    async fn appends_a_second(&self, history: &mut History) -> f64 {
        history.grow(history.events + 2 * TIMED);
        let appends = history.take();
        let (timed, rest) = appends.split_at(TIMED.min(appends.len()));
        let began = Instant::now();
        for events in timed {
            self.append(events).await;
        }
        let a_second = timed.len() as f64 / began.elapsed().as_secs_f64();
        self.append_all(rest).await;
        a_second
    }

    /// Events a second that are read and made events of ours, and nothing more.
    async fn decoded_a_second(&self) -> f64 {
        let (mut position, mut events, began) = (0, 0, Instant::now());
        loop {
            let page = self.feed.read_after(position, PAGE).await.unwrap();
            if page.events.is_empty() && page.next >= page.head {
                return events as f64 / began.elapsed().as_secs_f64();
            }
            for event in &page.events {
                std::hint::black_box(event.fact().unwrap());
            }
            (position, events) = (page.next, events + page.events.len());
        }
    }

    async fn rebuilt_a_second(&self, projection: &'static dyn Projection, batch: Option<usize>) -> f64 {
        let mut rebuilder = Rebuilder::new(self.db.clone(), Arc::clone(&self.feed), || 0);
        rebuilder.batch = batch.unwrap_or(rebuilder.batch);
        let events = self.feed.head().await.unwrap();
        let began = Instant::now();
        rebuilder.rebuild(projection, &mut |_| {}).await.unwrap();
        events as f64 / began.elapsed().as_secs_f64()
    }

    async fn measure(&self, events: usize, batches: &[Option<usize>]) {
        let mut history = History::of(29, 1_000);
        self.append_all(&history.take()).await;
        let first = self.appends_a_second(&mut history).await;
        while history.events < events {
            history.grow((history.events + 50_000).min(events));
            self.append_all(&history.take()).await;
        }
        let last = self.appends_a_second(&mut history).await;
        drop(history);
        let (name, events) = (self.name, self.feed.head().await.unwrap());
        println!("| {name} | append behind 1,000 events, a second | {first:.0} | |");
        println!("| {name} | append behind {events} events, a second | {last:.0} | {:.2} |", first / last);
        let decoded = self.decoded_a_second().await;
        println!("| {name} | read and decode | {decoded:.0} | 1 |");
        for projection in all() {
            for &batch in batches {
                let rebuilt = self.rebuilt_a_second(projection, batch).await;
                let by = batch.map(|batch| format!(" by {batch}")).unwrap_or_default();
                println!("| {name} | rebuild {}{by} | {rebuilt:.0} | {:.2} |", projection.name(), rebuilt / decoded);
            }
        }
    }
}

#[tokio::main]
async fn main() {
    let (mut events, mut batches, mut stores) = (EVENTS, Vec::new(), Vec::new());
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--events" => events = arguments.next().unwrap_or_else(|| panic!("{HELP}")).parse().unwrap(),
            "--batch" => batches.push(Some(arguments.next().unwrap_or_else(|| panic!("{HELP}")).parse().unwrap())),
            "sqlite" | "postgres" => stores.push(argument),
            other => panic!("'{other}' is not known here: {HELP}"),
        }
    }
    if stores.is_empty() {
        stores = vec!["sqlite".to_owned(), "postgres".to_owned()];
    }
    if batches.is_empty() {
        batches = vec![None];
    }
    println!("| store | what | events a second | of decoding, or first ÷ last |\n| --- | --- | ---: | ---: |");
    for store in stores {
        let installation =
            if store == "sqlite" { Installation::sqlite().await } else { Installation::postgres().await };
        installation.measure(events, &batches).await;
    }
}
