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
