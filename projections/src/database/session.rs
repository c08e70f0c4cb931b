//! What is asked of a connection.

use std::time::Duration;

use super::{DatabaseError, Row, Value};
use crate::table::Table;

/// A connection in the middle of its work: in one transaction, or looking at one state of the database. It blocks, so it is
/// used where that does no harm.
pub trait Session {
    /// The rows of one statement.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DatabaseError>;

    /// Runs one statement and returns how many rows it changed.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, DatabaseError>;

    /// Runs statements without values, one after the other.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn batch(&mut self, sql: &str) -> Result<(), DatabaseError>;

    /// What to put behind a `SELECT` so that nobody else changes its rows before this transaction ends. Empty where a
    /// transaction that writes is alone anyway.
    fn for_update(&self) -> &'static str;

    /// Gives this transaction up when nothing is asked of it for so long, so that whoever was stopped in the middle of it
    /// does not keep what he holds. Does nothing where nobody but the process itself could do it.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn give_up_when_idle(&mut self, limit: Duration) -> Result<(), DatabaseError>;

    /// Lets no statement of this transaction wait longer than this for what others hold; it fails then. Does nothing where
    /// a transaction that writes is alone anyway.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn wait_at_most(&mut self, limit: Duration) -> Result<(), DatabaseError>;

    /// Waits until no other transaction holds the lock of this name, and holds it until this one ends. For what no lock on
    /// rows can keep apart, because the rows are not there yet. Nothing to wait for where a transaction that writes is alone
    /// anyway.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn lock(&mut self, name: &str) -> Result<(), DatabaseError>;

    /// Makes a table as it is described, under the name `target`.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn create_table(&mut self, target: &str, table: &Table) -> Result<(), DatabaseError>;

    /// The names of the tables.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn table_names(&mut self) -> Result<Vec<String>, DatabaseError>;

    /// How many bytes a table takes, with its indexes.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn table_bytes(&mut self, target: &str) -> Result<u64, DatabaseError>;

    /// The rows of `target` with these keys, in no order; each as long as the table has columns.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn load(&mut self, target: &str, table: &Table, keys: &[&[Value]]) -> Result<Vec<Row>, DatabaseError>;

    /// Writes rows, whether they exist or not.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn write(&mut self, target: &str, table: &Table, rows: &[&[Value]]) -> Result<(), DatabaseError>;

    /// Writes rows that exist, and in which no column that has an index is another than before. To SQLite this is much less
    /// work: it would write every entry of every index anew.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn update(&mut self, target: &str, table: &Table, rows: &[&[Value]]) -> Result<(), DatabaseError> {
        self.write(target, table, rows)
    }

    /// Removes the rows with these keys.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn remove(&mut self, target: &str, table: &Table, keys: &[&[Value]]) -> Result<(), DatabaseError>;

    /// Ends a [`Snapshot`], whose connection can be used again then. One that is only dropped ends too, some time later, and
    /// a server's connection with it. A transaction that writes ends by itself.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn end(self: Box<Self>) -> Result<(), DatabaseError>;

    /// The first row of [`Self::query`].
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn query_one(&mut self, sql: &str, values: &[Value]) -> Result<Option<Row>, DatabaseError> {
        Ok(self.query(sql, values)?.into_iter().next())
    }
}

/// One state of a database, for as long as this is kept.
pub type Snapshot = Box<dyn Session + Send>;
