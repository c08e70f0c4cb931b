//! A PostgreSQL database for each test that wants one, in the cluster that `tests/with-postgres` started.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// The URL of a superuser, without a database.
const CLUSTER: &str = "ROUTIX_TEST_POSTGRES";
/// The folder of the programs of the same version.
const PROGRAMS: &str = "ROUTIX_TEST_POSTGRES_PROGRAMS";

/// A database that goes away with its test.
#[derive(Debug)]
pub struct Scratch {
    name: String,
}

impl Scratch {
    /// An empty database.
    ///
    /// # Panics
    /// Without the cluster: a test that needs PostgreSQL is never passed over.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        run("postgres", &format!("CREATE DATABASE {name}"));
        Self { name }
    }

    /// A new database with everything that is in this one. Nobody may be connected to this one.
    ///
    /// # Panics
    /// As [`Self::new`], and when somebody is connected.
    #[must_use]
    pub fn copy(&self) -> Self {
        let copy = Self { name: format!("{}_copy", self.name) };
        run("postgres", &format!("CREATE DATABASE {} TEMPLATE {}", copy.name, self.name));
        copy
    }

    /// The URL of the cluster's superuser.
    pub fn url(&self) -> String {
        format!("{}/{}", cluster(), self.name)
    }

    /// Runs statements as the superuser and returns the first column of all their rows.
    ///
    /// # Panics
    /// When one of them is refused.
    pub fn sql(&self, statements: &str) -> Vec<String> {
        run(&self.name, statements)
    }

    /// # Errors
    /// What PostgreSQL said when it refused one.
    pub fn try_sql(&self, statements: &str) -> Result<Vec<String>, String> {
        try_run(&self.name, statements)
    }

    /// The database as `pg_dump` writes it down.
    ///
    /// # Panics
    /// When `pg_dump` fails.
    pub fn dump(&self) -> String {
        let program = std::env::var_os(PROGRAMS).map(PathBuf::from).unwrap_or_default().join("pg_dump");
        let output = Command::new(&program).arg(self.url()).output();
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The files of the database in which a text in ASCII stands, whatever its case, once all that waits in memory is in them.
    ///
    /// # Panics
    /// When the files cannot be read.
    pub fn files_with(&self, text: &str) -> Vec<String> {
        self.sql("CHECKPOINT");
        let text = text.to_ascii_lowercase();
        self.sql(&format!(
            "SELECT file FROM pg_database, pg_ls_dir('base/' || oid) AS file
             WHERE datname = current_database() AND position('{text}' IN
                 lower(encode(pg_read_binary_file('base/' || oid || '/' || file, 0, 1000000000, true), 'escape'))) > 0
             ORDER BY file"
        ))
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A test that failed has its connections open still.
        let dropped = try_run("postgres", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        if let Err(error) = dropped
            && !thread::panicking()
        {
            panic!("the database {} cannot be dropped: {error}", self.name);
        }
    }
}

fn cluster() -> String {
    std::env::var_os(CLUSTER)
        .and_then(|url| url.into_string().ok())
        .unwrap_or_else(|| panic!("{CLUSTER} names no PostgreSQL: run tests/with-postgres cargo test"))
}

fn run(database: &str, statements: &str) -> Vec<String> {
    try_run(database, statements).unwrap_or_else(|error| panic!("{statements}: {error}"))
}

/// On a thread of its own, because the test's may be in the middle of a runtime.
fn try_run(database: &str, statements: &str) -> Result<Vec<String>, String> {
    let url = format!("{}/{database}", cluster());
    thread::scope(|scope| {
        let work = || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
            runtime.block_on(async {
                let (client, connection) = tokio_postgres::connect(&url, NoTls).await.map_err(|e| describe(&e))?;
                let connection = tokio::spawn(connection);
                let rows = first_columns(&client, statements).await;
                drop(client);
                let _closed = connection.await;
                rows
            })
        };
        scope.spawn(work).join().unwrap_or_else(|_| Err("the thread panicked".to_owned()))
    })
}

async fn first_columns(client: &Client, statements: &str) -> Result<Vec<String>, String> {
    let messages = client.simple_query(statements).await.map_err(|error| describe(&error))?;
    let value = |message: SimpleQueryMessage| {
        if let SimpleQueryMessage::Row(row) = message { row.get(0).map(str::to_owned) } else { None }
    };
    Ok(messages.into_iter().filter_map(value).collect())
}

fn describe(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |error| format!("{} {}", error.code().code(), error.message()))
}
