//! A log and read models, as a process of routix has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use futures_util::future::join_all;
use routix::store::migrations::READ;
use routix::store::sqlite::SqliteEventStore;
use routix::system::System;
use routix_domain::log::{EventFeed, Page};
use routix_domain::reservation::Reservation;
use routix_projections::database::{
    ColumnValue, Database, DatabaseError, PostgresDatabase, PostgresUrl, Row, SqliteDatabase, Value,
};
use routix_projections::projection::{Projection, all};
use routix_projections::read_db::{Advance, Outcome, ReadDb, State};
use routix_projections::rebuild::Rebuilder;
use routix_projections::runner::Runner;
use routix_projections::sqlite_file::Durability;
use routix_test_postgres::Scratch;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::until;

/// Runs each test of a module once with the read models in each kind of database. A test that is not listed is not used,
/// and does not compile.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::operations::place::Kind::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::operations::place::Kind::Postgres).await;
            })+
        }
    };
}
pub(crate) use on_both;

/// Where the read models are. The log is a file for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// Every row of the tables of one projection.
pub(crate) type Dump = BTreeMap<&'static str, Vec<Row>>;

pub(crate) struct Place {
    folder: TempDir,
    pub(crate) cluster: Option<Scratch>,
    pub(crate) store: SqliteEventStore,
    pub(crate) db: ReadDb,
    /// What the read models are in, for what they do not offer themselves.
    pub(crate) database: Database,
}

pub(crate) fn now() -> i64 {
    7
}

impl Place {
    pub(crate) async fn new(kind: Kind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cluster = (kind == Kind::Postgres).then(Scratch::new);
        let store = SqliteEventStore::open(&folder.path().join("events.db"), &System::real()).unwrap();
        let database = open(&folder, cluster.as_ref());
        READ.migrate(&database, System::real().now()).await.unwrap();
        let db = ReadDb::new(database.clone());
        for projection in all() {
            db.prepare(projection, now()).await.unwrap();
        }
        Self { folder, cluster, store, db, database }
    }

    /// The store and the read models as a second process sees them.
    pub(crate) fn second(&self) -> (SqliteEventStore, ReadDb) {
        let store = SqliteEventStore::open(&self.folder.path().join("events.db"), &System::real()).unwrap();
        (store, ReadDb::new(open(&self.folder, self.cluster.as_ref())))
    }

    pub(crate) fn feed(&self) -> Arc<dyn EventFeed> {
        Arc::new(self.store.clone())
    }

    pub(crate) fn raw_log(&self) -> Connection {
        Connection::open(self.folder.path().join("events.db")).unwrap()
    }

    /// Changes rows of the read models behind their back, and returns how many.
    pub(crate) async fn change(&self, sql: &str, values: &[Value]) -> u64 {
        let (sql, values) = (sql.to_owned(), values.to_vec());
        self.database.write(move |session| session.execute(&sql, &values)).await.unwrap()
    }

    /// Whether somebody looks at a table, and so keeps others from replacing it, or the write-ahead log from ending.
    pub(crate) fn is_held(&self, table: &str) -> bool {
        match &self.cluster {
            Some(cluster) => {
                let query = format!("SELECT count(*) FROM pg_locks WHERE relation = 'read.{table}'::regclass");
                cluster.sql(&query) != ["0"]
            }
            None => {
                let raw = Connection::open(self.folder.path().join("read.db")).unwrap();
                raw.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap()
            }
        }
    }

    /// The one value that a query finds.
    pub(crate) async fn value<T: ColumnValue>(&self, query: &str) -> T {
        self.database.select_one(query, &[]).await.unwrap().unwrap().get(0).unwrap()
    }

    /// The names of the tables, in their order.
    pub(crate) async fn tables(&self) -> Vec<String> {
        let names: Result<_, DatabaseError> = self.database.write(|session| session.table_names()).await;
        let mut names: Vec<String> = names.unwrap();
        names.sort();
        names
    }

    pub(crate) fn rebuilder(&self) -> Rebuilder {
        self.rebuilder_from(self.feed())
    }

    /// One that reads another log. Its batches are short, so that a short log has several.
    pub(crate) fn rebuilder_from(&self, feed: Arc<dyn EventFeed>) -> Rebuilder {
        Rebuilder { batch: 1_000, ..Rebuilder::new(self.db.clone(), feed, now) }
    }

    pub(crate) fn run(&self) -> Runner {
        Runner::start(&self.db, &self.feed(), &all(), now)
    }

    /// Appends each list of events as one append, in this order.
    pub(crate) async fn append(&self, appends: &[Vec<SerializedEvent>]) {
        append_to(&self.store, appends).await;
    }

    /// Brings the live tables to the head of the log, as a runner would.
    pub(crate) async fn catch_up(&self) {
        for projection in all() {
            self.catch_up_one(projection).await;
        }
    }

    pub(crate) async fn catch_up_one(&self, projection: &'static dyn Projection) {
        let mut position = self.db.position(projection).await.unwrap();
        loop {
            let page: Page = self.store.read_after(position, 500).await.unwrap();
            let (next, head) = (page.next, page.head);
            match self.db.advance(projection, Advance::Live, (position, page), now()).await.unwrap() {
                Outcome::At(reached) | Outcome::Elsewhere(reached) => position = reached,
                Outcome::Stopped { .. } => return,
            }
            if next >= head {
                return;
            }
        }
    }

    /// Waits until a projection has come to rest: at the head of the log, or stopped.
    pub(crate) async fn at_rest(&self, projection: &'static dyn Projection) {
        until("the projection", async || {
            let status = self.db.status(&[projection]).await.unwrap().remove(0).live.unwrap();
            self.store.wait(u64::MAX).await;
            status.state == State::Stopped || status.position == self.store.head().await.unwrap()
        })
        .await;
    }

    /// The live rows of a projection.
    pub(crate) async fn dump(&self, projection: &dyn Projection) -> Dump {
        let mut dump = Dump::new();
        for table in projection.tables() {
            let key = table.key_list();
            let sql = ["SELECT ", &table.column_list(), " FROM ", table.name, " ORDER BY ", &key].concat();
            dump.insert(table.name, self.database.select(&sql, &[]).await.unwrap());
        }
        dump
    }

    pub(crate) async fn dump_all(&self) -> Vec<Dump> {
        let mut dumps = Vec::new();
        for projection in all() {
            dumps.push(self.dump(projection).await);
        }
        dumps
    }
}

fn open(folder: &TempDir, cluster: Option<&Scratch>) -> Database {
    match cluster {
        None => Database::Sqlite(SqliteDatabase::open(&folder.path().join("read.db"), Durability::Normal).unwrap()),
        Some(cluster) => {
            let url = PostgresUrl::parse(&cluster.url()).unwrap();
            Database::Postgres(PostgresDatabase::new(&url, "read", 20).unwrap())
        }
    }
}

/// Appends each list of events as one append, in this order.
pub(crate) async fn append_to(store: &impl PersistedEventRepository, appends: &[Vec<SerializedEvent>]) {
    for chunk in appends.chunks(256) {
        // The aggregate type is in the events; the parameter is cqrs-es's.
        let answers = join_all(chunk.iter().map(|events| store.persist::<Reservation>(events, None))).await;
        answers.into_iter().for_each(|answer| answer.unwrap());
    }
}
