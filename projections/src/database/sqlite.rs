//! SQLite: one connection that writes, and readers beside it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, Statement, ToSql, TransactionBehavior};

use super::group::{self, Queue};
use super::{ColumnKind, DatabaseError, Row, Session, Value};
use crate::sqlite_file::{Durability, LogLength, Readers, open_writer};
use crate::table::{Column, Table};

/// The connection that writes.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) log: LogLength,
}

/// A file. Clones share its connections.
#[derive(Clone, Debug)]
pub struct SqliteDatabase {
    writer: Arc<Mutex<Writer>>,
    queue: Arc<Queue>,
    readers: Arc<Readers>,
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => Self::Conflict(Box::new(error)),
            Some(_) | None => Self::unavailable(error),
        }
    }
}

impl SqliteDatabase {
    /// Opens a file, and makes it when it is not there.
    ///
    /// # Errors
    /// [`DatabaseError`] for a file that cannot be opened or is no database.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, DatabaseError> {
        let writer = Writer { connection: open_writer(path, durability)?, log: LogLength::of(path) };
        let writer = Arc::new(Mutex::new(writer));
        Ok(Self { writer, queue: Arc::default(), readers: Arc::new(Readers::new(path)) })
    }

    /// Runs what only SQLite has on the writing connection, on a thread that may block.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn with_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let writer = Arc::clone(&self.writer);
        let task = tokio::task::spawn_blocking(move || {
            work(&mut writer.lock().unwrap_or_else(PoisonError::into_inner).connection)
        });
        Ok(task.await.map_err(DatabaseError::ended)??)
    }

    /// Reading takes microseconds, so it happens where it is asked for.
    pub(super) fn select(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        self.readers.with(|connection| query(connection, sql, values))
    }

    pub(super) async fn write<T, E>(
        &self,
        work: impl FnOnce(&mut dyn Session) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    {
        let (job, answer) = group::job(work);
        if let Some(leader) = self.queue.add(job) {
            let writer = Arc::clone(&self.writer);
            tokio::task::spawn_blocking(move || leader.work_off(&writer));
        }
        answer.await.unwrap_or_else(|_ended| Err(DatabaseError::Cancelled.into()))
    }

    /// Runs `work` in one transaction, on this thread.
    ///
    /// # Errors
    /// Those of `work`, and [`DatabaseError`] of the transaction.
    pub fn write_blocking<T, E: From<DatabaseError>>(
        &self,
        work: impl FnOnce(&mut dyn Session) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Writer { connection, log } = &mut *writer;
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(DatabaseError::from)?;
        let done = work(&mut SqliteSession(&transaction))?;
        transaction.commit().map_err(DatabaseError::from)?;
        log.look(connection);
        Ok(done)
    }

    /// The room on the disk of the file, and in the file itself.
    pub(super) fn free_bytes(&self) -> Result<u64, DatabaseError> {
        let unused = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size";
        let unused: u64 = self.select(unused, &[])?.first().map_or(Ok(0), |row| row.get(0))?;
        let disk = rustix::fs::statvfs(self.readers.path()).map_err(std::io::Error::from);
        let disk = disk.map_err(DatabaseError::unavailable)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize).saturating_add(unused))
    }

    /// A connection that only reads, of the caller's own.
    pub(super) fn reader(&self) -> Result<Connection, DatabaseError> {
        Ok(self.readers.open()?)
    }

    pub(super) fn snapshot(&self) -> Result<SqliteSnapshot, DatabaseError> {
        let connection = self.readers.open()?;
        connection.execute_batch("BEGIN")?;
        // A transaction sees the moment of its first read, not of its beginning.
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |_row| Ok(()))?;
        Ok(SqliteSnapshot(connection))
    }
}

/// The writing connection, in a transaction.
pub(super) struct SqliteSession<'a>(pub(super) &'a Connection);

/// A connection of its own that looks at one state.
pub(super) struct SqliteSnapshot(Connection);

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Binds by the number in the name: SQLite itself numbers `$1` and its like by their first use.
fn bind(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    let places = statement.parameter_count();
    if places != values.len() {
        return Err(rusqlite::Error::InvalidParameterCount(values.len(), places));
    }
    for place in 1..=places {
        let name = statement.parameter_name(place).unwrap_or_default();
        let number = name.strip_prefix('$').and_then(|number| number.parse::<usize>().ok());
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        let value = value.ok_or_else(|| rusqlite::Error::InvalidParameterName(name.to_owned()))?;
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

fn ask(statement: &mut Statement<'_>, values: &[Value]) -> Result<Vec<Row>, DatabaseError> {
    bind(statement, values)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let read = |column| match row.get_ref(column)? {
            ValueRef::Null => Ok(Value::Null),
            ValueRef::Integer(number) => Ok(Value::Integer(number)),
            ValueRef::Text(text) => Ok(Value::Text(String::from_utf8_lossy(text).into_owned())),
            ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes.to_vec())),
            ValueRef::Real(_) => Err(DatabaseError::Unreadable { column }),
        };
        found.push(Row((0..columns).map(read).collect::<Result<_, DatabaseError>>()?));
    }
    Ok(found)
}

pub(super) fn query(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<Row>, DatabaseError> {
    ask(&mut *connection.prepare_cached(sql)?, values)
}

fn execute(connection: &Connection, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, values)?;
    Ok(statement.raw_execute().map(|changed| u64::try_from(changed).unwrap_or(u64::MAX))?)
}

/// Runs one statement for each of these, which is looked up once.
fn execute_each(connection: &Connection, sql: &str, each: &[&[Value]]) -> Result<(), DatabaseError> {
    if each.is_empty() {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(sql)?;
    for values in each {
        bind(&mut statement, values)?;
        statement.raw_execute()?;
    }
    Ok(())
}

/// A number that stays the same on one connection for as long as no other has written to the file.
pub(super) fn data_version(connection: &Connection) -> Result<i64, DatabaseError> {
    Ok(connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}

/// Not `WITHOUT ROWID`: rows are large, and new ones then go behind each other instead of to random places among them.
fn create_table(target: &str, table: &Table) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let kind = match column.kind {
                ColumnKind::Integer => "INTEGER",
                ColumnKind::Text => "TEXT",
                ColumnKind::Bytes => "BLOB",
            };
            format!("{} {kind}{}", column.name, if column.nullable { "" } else { " NOT NULL" })
        })
        .collect();
    let (columns, key) = (columns.join(", "), table.key_list());
    let mut sql = format!("CREATE TABLE {target} ({columns}, PRIMARY KEY ({key})) STRICT;\n");
    for index in table.indexes {
        sql += &format!("CREATE INDEX {target}__{} ON {target} ({});\n", index.join("_"), index.join(", "));
    }
    sql
}

/// A statement that writes a row, and of one that exists only the columns that `changes`. It stays in its place, where
/// `INSERT OR REPLACE` would remove it first.
fn write(target: &str, table: &Table, changes: impl Fn(&Column) -> bool) -> String {
    let places = (1..=table.columns.len()).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
    format!("INSERT INTO {target} ({}) VALUES ({places}) {}", table.column_list(), table.on_conflict(changes))
}

fn key_condition(table: &Table) -> String {
    let conditions = table.key_columns().iter().enumerate();
    conditions.map(|(index, column)| format!("{} = ${}", column.name, index + 1)).collect::<Vec<_>>().join(" AND ")
}

macro_rules! session {
    ($session:ty) => {
        impl Session for $session {
            fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DatabaseError> {
                query(&self.0, sql, values)
            }

            fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
                execute(&self.0, sql, values)
            }

            fn batch(&mut self, sql: &str) -> Result<(), DatabaseError> {
                Ok(self.0.execute_batch(sql)?)
            }

            fn for_update(&self) -> &'static str {
                ""
            }

            fn give_up_when_idle(&mut self, _limit: Duration) -> Result<(), DatabaseError> {
                Ok(())
            }

            fn wait_at_most(&mut self, _limit: Duration) -> Result<(), DatabaseError> {
                Ok(())
            }

            fn lock(&mut self, _name: &str) -> Result<(), DatabaseError> {
                Ok(())
            }

            fn create_table(&mut self, target: &str, table: &Table) -> Result<(), DatabaseError> {
                self.batch(&create_table(target, table))
            }

            fn table_names(&mut self) -> Result<Vec<String>, DatabaseError> {
                let rows = self.query("SELECT name FROM sqlite_master WHERE type = 'table'", &[])?;
                rows.iter().map(|row| row.get(0)).collect()
            }

            fn table_bytes(&mut self, target: &str) -> Result<u64, DatabaseError> {
                let sql = "SELECT coalesce(sum(pgsize), 0) FROM dbstat
                     WHERE aggregate = 1 AND name IN (SELECT name FROM sqlite_master WHERE tbl_name = $1)";
                self.query_one(sql, &[Value::Text(target.to_owned())])?.map_or(Ok(0), |row| row.get(0))
            }

            fn load(&mut self, target: &str, table: &Table, keys: &[&[Value]]) -> Result<Vec<Row>, DatabaseError> {
                let (columns, condition) = (table.column_list(), key_condition(table));
                let sql = format!("SELECT {columns} FROM {target} WHERE {condition}");
                if keys.is_empty() {
                    return Ok(Vec::new());
                }
                let mut statement = self.0.prepare_cached(&sql)?;
                let mut found = Vec::with_capacity(keys.len());
                for key in keys {
                    found.append(&mut ask(&mut statement, key)?);
                }
                Ok(found)
            }

            fn write(&mut self, target: &str, table: &Table, rows: &[&[Value]]) -> Result<(), DatabaseError> {
                execute_each(&self.0, &write(target, table, |_| true), rows)
            }

            fn update(&mut self, target: &str, table: &Table, rows: &[&[Value]]) -> Result<(), DatabaseError> {
                execute_each(&self.0, &write(target, table, |column| !table.is_indexed(column)), rows)
            }

            fn end(self: Box<Self>) -> Result<(), DatabaseError> {
                Ok(self.0.execute_batch("COMMIT")?)
            }

            fn remove(&mut self, target: &str, table: &Table, keys: &[&[Value]]) -> Result<(), DatabaseError> {
                let sql = format!("DELETE FROM {target} WHERE {}", key_condition(table));
                execute_each(&self.0, &sql, keys)
            }
        }
    };
}

session!(SqliteSession<'_>);
session!(SqliteSnapshot);
