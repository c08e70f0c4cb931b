//! A log and read models on a disk, as a process of routix has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use futures_util::future::join_all;
use routix::store::migrations::READ;
use routix::store::sqlite::SqliteEventStore;
use routix::system::System;
use routix_domain::log::{EventFeed, Page};
use routix_domain::reservation::Reservation;
use routix_projections::database::SqliteDatabase;
use routix_projections::projection::{Projection, all};
use routix_projections::read_db::{Advance, Outcome, ReadDb, State};
use routix_projections::rebuild::Rebuilder;
use routix_projections::runner::Runner;
use routix_projections::sqlite_file::Durability;
use rusqlite::Connection;
use rusqlite::types::Value as SqlValue;
use tempfile::TempDir;

use crate::support::until;

/// Every row of the tables of one projection.
pub(crate) type Dump = BTreeMap<&'static str, Vec<Vec<SqlValue>>>;

pub(crate) struct Place {
    folder: TempDir,
    pub(crate) store: SqliteEventStore,
    pub(crate) db: ReadDb,
}

pub(crate) fn now() -> i64 {
    7
}

impl Place {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteEventStore::open(&folder.path().join("events.db"), &System::real()).unwrap();
        let path = folder.path().join("read.db");
        READ.migrate_file(&SqliteDatabase::open(&path, Durability::Normal).unwrap(), System::real().now()).unwrap();
        let db = ReadDb::open(&path).unwrap();
        for projection in all() {
            db.prepare(projection, now()).await.unwrap();
        }
        Self { folder, store, db }
    }

    /// The store and the read models as a second process sees them.
    pub(crate) fn second(&self) -> (SqliteEventStore, ReadDb) {
        let store = SqliteEventStore::open(&self.folder.path().join("events.db"), &System::real()).unwrap();
        (store, ReadDb::open(&self.folder.path().join("read.db")).unwrap())
    }

    pub(crate) fn feed(&self) -> Arc<dyn EventFeed> {
        Arc::new(self.store.clone())
    }

    pub(crate) fn raw_log(&self) -> Connection {
        Connection::open(self.folder.path().join("events.db")).unwrap()
    }

    pub(crate) fn raw_read(&self) -> Connection {
        let connection = Connection::open(self.folder.path().join("read.db")).unwrap();
        connection.busy_timeout(crate::support::PATIENCE).unwrap();
        connection
    }

    pub(crate) fn rebuilder(&self) -> Rebuilder {
        Rebuilder { db: self.db.clone(), feed: self.feed(), now }
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
    pub(crate) fn dump(&self, projection: &dyn Projection) -> Dump {
        dump(&self.raw_read(), projection)
    }

    pub(crate) fn dump_all(&self) -> Vec<Dump> {
        all().into_iter().map(|projection| self.dump(projection)).collect()
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

fn dump(connection: &Connection, projection: &dyn Projection) -> Dump {
    let mut dump = Dump::new();
    for table in projection.tables() {
        let sql = ["SELECT ", &table.column_list(), " FROM ", table.name, " ORDER BY 1, 2"].concat();
        let mut statement = connection.prepare(&sql).unwrap();
        let row = |row: &rusqlite::Row<'_>| (0..table.columns.len()).map(|column| row.get(column)).collect();
        dump.insert(table.name, statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap());
    }
    dump
}
