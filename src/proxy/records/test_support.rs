//! A database of a test's own.

use super::SqliteRecords;
use super::sqlite::MIGRATION;

/// Records in a new file, and the directory that goes away with the test.
pub(crate) fn scratch() -> (tempfile::TempDir, SqliteRecords) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tms.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch(MIGRATION).unwrap();
    let records = SqliteRecords::open(&path).unwrap();
    (directory, records)
}
