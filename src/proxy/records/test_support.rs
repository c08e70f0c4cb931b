//! Records of a test's own, in either database.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tempfile::TempDir;

use routix_projections::database::PostgresUrl;
use routix_test_postgres::Scratch;

use super::dialect::{Dialect, POSTGRES, SQLITE};
use super::{PostgresRecords, RecordSource, SqliteRecords};

pub(crate) const SQLITE_MIGRATION: &str = include_str!("../../../migrations/sqlite/tms/20261122000000_records.sql");
const POSTGRES_MIGRATION: &str = include_str!("../../../migrations/postgres/tms/20261122000000_records.sql");

const CONNECTIONS: usize = 8;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub(in crate::proxy) fn dialect(self) -> &'static Dialect {
        match self {
            Self::Sqlite => &SQLITE,
            Self::Postgres => &POSTGRES,
        }
    }
}

/// Runs each of these tests on both databases.
macro_rules! on_both {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                super::$case(crate::proxy::records::test_support::Kind::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                super::$case(crate::proxy::records::test_support::Kind::Postgres).await;
            })+
        }
    };
}
pub(crate) use on_both;

/// Records, and the database that goes away with them.
pub(crate) struct ScratchRecords {
    pub(crate) records: Arc<dyn RecordSource>,
    place: Place,
}

enum Place {
    File(TempDir),
    Database(Scratch),
}

impl ScratchRecords {
    pub(crate) async fn new(kind: Kind) -> Self {
        let place = match kind {
            Kind::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                Connection::open(file(&folder)).unwrap().execute_batch(SQLITE_MIGRATION).unwrap();
                Place::File(folder)
            }
            Kind::Postgres => {
                let scratch = Scratch::new();
                scratch.sql(&format!("CREATE SCHEMA tms; SET search_path TO tms; {POSTGRES_MIGRATION}"));
                Place::Database(scratch)
            }
        };
        Self { records: place.open((kind.dialect(), CONNECTIONS)), place }
    }

    /// The same records behind a single connection: on SQLite one that writes, and of those that read the first, as long as
    /// nobody else asks.
    pub(crate) fn on_one_connection(&self) -> Arc<dyn RecordSource> {
        match &self.place {
            Place::File(_) => self.place.open((&SQLITE, 1)),
            Place::Database(_) => self.place.open((&POSTGRES, 1)),
        }
    }

    /// The same records once more, through statements in other words.
    pub(in crate::proxy) fn speaking(&self, dialect: &'static Dialect) -> Arc<dyn RecordSource> {
        self.place.open((dialect, CONNECTIONS))
    }

    /// The database's own URL.
    pub(in crate::proxy) fn url(&self) -> PostgresUrl {
        match &self.place {
            Place::File(folder) => panic!("{} has no URL", folder.path().display()),
            Place::Database(scratch) => PostgresUrl::parse(&scratch.url()).unwrap(),
        }
    }

    /// Runs statements as the owner of everything and returns the first column of the rows.
    pub(crate) fn sql(&self, statements: &str) -> Vec<String> {
        self.try_sql(statements).unwrap_or_else(|error| panic!("{statements}: {error}"))
    }

    pub(crate) fn try_sql(&self, statements: &str) -> Result<Vec<String>, String> {
        match &self.place {
            Place::File(folder) => {
                let connection = Connection::open(file(folder)).unwrap();
                first_columns(&connection, statements).map_err(|error| error.to_string())
            }
            Place::Database(scratch) => scratch.try_sql(&format!("SET search_path TO tms; {statements}")),
        }
    }
}

impl Place {
    /// SQLite has as many connections as it takes by itself.
    fn open(&self, (dialect, connections): (&'static Dialect, usize)) -> Arc<dyn RecordSource> {
        match self {
            Self::File(folder) => Arc::new(SqliteRecords::speaking(&file(folder), dialect).unwrap()),
            Self::Database(scratch) => {
                let url = PostgresUrl::parse(&scratch.url()).unwrap();
                Arc::new(PostgresRecords::speaking(&url, ("tms", connections), dialect).unwrap())
            }
        }
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("tms.db")
}

fn first_columns(connection: &Connection, statement: &str) -> rusqlite::Result<Vec<String>> {
    let mut prepared = connection.prepare(statement)?;
    let rows = prepared.query_map([], |row| {
        Ok(match row.get_ref(0)? {
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => String::new(),
        })
    })?;
    rows.collect()
}
