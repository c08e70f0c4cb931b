//! Databases through PostgreSQL's own programs.

use std::process::{Command, Stdio};

use crate::Scratch;

impl Scratch {
    /// A new database, made from a dump of this one, which may be in use.
    ///
    /// # Panics
    /// When `pg_dump` or `psql` is not there or fails.
    #[must_use]
    pub fn dumped(&self) -> Self {
        let restored = Self::new();
        let mut dump = Command::new("pg_dump").arg(self.url()).stdout(Stdio::piped()).spawn().unwrap();
        let restore = Command::new("psql")
            .args(["--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", &restored.url()])
            .stdin(dump.stdout.take().unwrap())
            .status();
        assert!(dump.wait().unwrap().success() && restore.unwrap().success(), "the dump was not restored");
        restored
    }

    /// Everything that a dump of this database holds.
    ///
    /// # Panics
    /// When `pg_dump` is not there or fails.
    pub fn dump(&self) -> String {
        let dump = Command::new("pg_dump").arg(self.url()).output().unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        String::from_utf8_lossy(&dump.stdout).into_owned()
    }
}
