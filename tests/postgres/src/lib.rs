//! A PostgreSQL database for each test that wants one, in the cluster that `tests/with-postgres` started.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by ending")]

mod cluster;
mod dump;
mod statements;

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

pub use self::cluster::Cluster;
use self::statements::{cluster, run, try_run};

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
