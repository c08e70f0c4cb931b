//! Where the service of a test keeps its data: SQLite files in a folder, or with `ROUTIX_TEST_DATABASE=postgres` a PostgreSQL.

use std::path::Path;
use std::sync::Arc;

use routix_projections::ReadDb;
use routix_projections::database::{Database, PostgresDatabase, PostgresUrl};
use routix_test_postgres::Scratch;
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use super::world::TestClock;

/// Gone with its test.
pub(crate) struct Place {
    folder: TempDir,
    postgres: Option<Arc<Scratch>>,
}

impl Place {
    pub(crate) fn new() -> Self {
        let postgres = std::env::var_os("ROUTIX_TEST_DATABASE").map(|kind| {
            assert_eq!(kind, "postgres", "ROUTIX_TEST_DATABASE names no other database");
            Arc::new(Scratch::new())
        });
        Self { folder: tempfile::tempdir().unwrap(), postgres }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What to set as `database_url`.
    pub(crate) fn url(&self) -> Option<String> {
        self.postgres.as_ref().map(|scratch| scratch.url())
    }

    /// A clock that the log of this place follows too.
    pub(crate) fn clock(&self) -> TestClock {
        TestClock::new(self.postgres.clone())
    }

    /// Lets a PostgreSQL record events at the time of the test's clock. Its tables must be there.
    pub(crate) fn follow(&self, clock: &TestClock) {
        let Some(scratch) = &self.postgres else { return };
        scratch.sql(
            "CREATE TABLE public.clock (now timestamptz); INSERT INTO public.clock VALUES ('-infinity');
             CREATE FUNCTION public.time_of_test() RETURNS timestamptz LANGUAGE sql AS 'SELECT now FROM public.clock';
             ALTER TABLE events.events ALTER recorded_at SET DEFAULT public.time_of_test()",
        );
        clock.tell();
    }

    /// Runs statements on the data of one life, as somebody beside the service does, and returns the first column of all
    /// rows.
    pub(crate) fn sql(&self, life: &str, statements: &str) -> Vec<String> {
        if let Some(scratch) = &self.postgres {
            return scratch.sql(&format!("SET search_path = {life}; {statements}"));
        }
        let connection = Connection::open(self.folder().join(format!("{life}.db"))).unwrap();
        connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        let mut found = Vec::new();
        for statement in statements.split(';').filter(|statement| !statement.trim().is_empty()) {
            let mut statement = connection.prepare(statement).unwrap();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                if let Value::Text(text) = row.get(0).unwrap() {
                    found.push(text);
                }
            }
        }
        found
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// The read models, as a process beside the service has them.
    pub(crate) fn read_db(&self) -> ReadDb {
        match self.url() {
            None => ReadDb::open(&self.folder().join("read.db")).unwrap(),
            Some(url) => {
                let database = PostgresDatabase::new(&PostgresUrl::parse(&url).unwrap(), "read", 2).unwrap();
                ReadDb::new(Database::Postgres(database))
            }
        }
    }

    /// Where a text is stored, whatever its case: the names of files, or a dump.
    pub(crate) fn traces(&self, text: &str) -> Vec<String> {
        let holds = |bytes: &[u8]| {
            let (bytes, text) = (bytes.to_ascii_lowercase(), text.to_ascii_lowercase());
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(self.folder()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && holds(&std::fs::read(&path).unwrap()) {
                found.push(path.display().to_string());
            }
        }
        if self.postgres.as_ref().is_some_and(|scratch| holds(scratch.dump().as_bytes())) {
            found.push("the database".to_owned());
        }
        found
    }
}
