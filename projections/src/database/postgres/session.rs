//! A connection in a transaction, used from a thread that may block.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio_postgres::Error;

use super::{Checked, STATEMENT, parameters, tables};
use crate::database::{DatabaseError, Row, Session, Value};
use crate::table::Table;

/// How a session begins that looks at one moment. It may wait for long between two statements: nobody waits for it, and it
/// locks nothing.
pub(super) const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
    SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0; SELECT 1 FROM pg_class LIMIT 1";

/// How many prepared statements a connection keeps. Those of tables that were rebuilt never come again.
const STATEMENTS: usize = 256;

/// A transaction. Dropped without a commit, its connection ends, and the transaction with it.
pub(in crate::database) struct PostgresSession {
    connection: Checked,
    handle: Handle,
    limit: Option<Duration>,
}

impl PostgresSession {
    /// Must be called on a thread that may block, and so must all else.
    pub(super) fn begin(connection: Checked, handle: Handle, begin: &str) -> Result<Self, DatabaseError> {
        let mut session = Self { connection, handle, limit: Some(STATEMENT) };
        session.batch(begin)?;
        Ok(session)
    }

    pub(super) fn commit(self) -> Result<(), DatabaseError> {
        self.ended_by("COMMIT")
    }

    pub(super) fn roll_back(self) -> Result<(), DatabaseError> {
        self.ended_by("ROLLBACK")
    }

    fn ended_by(mut self, end: &str) -> Result<(), DatabaseError> {
        self.batch(end)?;
        // In order again: it may go back to the pool.
        let connection = self.connection.0.take();
        if let Some(connection) = connection.filter(|connection| connection.statement_cache.size() > STATEMENTS) {
            connection.statement_cache.clear();
        }
        Ok(())
    }

    fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&deadpool_postgres::Object) -> Result<T, Error>,
    ) -> Result<T, DatabaseError> {
        let Self { connection, handle, limit } = self;
        handle.block_on(connection.within(*limit, work))
    }
}

impl Drop for PostgresSession {
    /// Asks nothing of the server: whoever drops it may not be allowed to block.
    fn drop(&mut self) {
        self.connection.discard();
    }
}

impl Session for PostgresSession {
    fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        let rows = self.run(async |connection| {
            let statement = connection.prepare_cached(sql).await?;
            connection.query(&statement, &parameters(values)).await
        })?;
        rows.iter().map(super::bind::row).collect()
    }

    fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
        self.run(async |connection| {
            let statement = connection.prepare_cached(sql).await?;
            connection.execute(&statement, &parameters(values)).await
        })
    }

    fn batch(&mut self, sql: &str) -> Result<(), DatabaseError> {
        self.run(async |connection| connection.batch_execute(sql).await)
    }

    fn for_update(&self) -> &'static str {
        " FOR UPDATE"
    }

    fn give_up_when_idle(&mut self, limit: Duration) -> Result<(), DatabaseError> {
        self.batch(&format!("SET LOCAL idle_in_transaction_session_timeout = {}", limit.as_millis()))
    }

    fn wait_at_most(&mut self, limit: Duration) -> Result<(), DatabaseError> {
        self.batch(&format!("SET LOCAL lock_timeout = {}", limit.as_millis()))
    }

    fn lock(&mut self, name: &str) -> Result<(), DatabaseError> {
        let sql = "SELECT pg_advisory_xact_lock(hashtextextended(concat(current_schema(), '.', $1::text), 0))";
        self.execute(sql, &[Value::Text(name.to_owned())]).map(drop)
    }

    fn create_table(&mut self, target: &str, table: &Table) -> Result<(), DatabaseError> {
        self.batch(&tables::create(target, table))
    }

    fn table_names(&mut self) -> Result<Vec<String>, DatabaseError> {
        let rows = self.query("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()", &[])?;
        rows.iter().map(|row| row.get(0)).collect()
    }

    fn table_bytes(&mut self, target: &str) -> Result<u64, DatabaseError> {
        let sql = "SELECT pg_total_relation_size($1::text::regclass)";
        self.query_one(sql, &[Value::Text(target.to_owned())])?.map_or(Ok(0), |row| row.get(0))
    }

    fn load(&mut self, target: &str, table: &Table, keys: &[&[Value]]) -> Result<Vec<Row>, DatabaseError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let (sql, arrays) = (tables::load(target, table), tables::arrays(table.key_columns(), keys));
        let rows = self.run(async |connection| {
            let statement = connection.prepare_cached(&sql).await?;
            connection.query(&statement, &tables::parameters(&arrays)).await
        })?;
        rows.iter().map(super::bind::row).collect()
    }

    fn write(&mut self, target: &str, table: &Table, rows: &[&[Value]]) -> Result<(), DatabaseError> {
        if rows.is_empty() {
            return Ok(());
        }
        let (sql, arrays) = (tables::write(target, table), tables::arrays(table.columns, rows));
        self.run(async |connection| {
            let statement = connection.prepare_cached(&sql).await?;
            connection.execute(&statement, &tables::parameters(&arrays)).await
        })
        .map(drop)
    }

    fn end(self: Box<Self>) -> Result<(), DatabaseError> {
        self.commit()
    }

    fn remove(&mut self, target: &str, table: &Table, keys: &[&[Value]]) -> Result<(), DatabaseError> {
        if keys.is_empty() {
            return Ok(());
        }
        let (sql, arrays) = (tables::remove(target, table), tables::arrays(table.key_columns(), keys));
        self.run(async |connection| {
            let statement = connection.prepare_cached(&sql).await?;
            connection.execute(&statement, &tables::parameters(&arrays)).await
        })
        .map(drop)
    }
}
