//! Comparing a build with the live tables, row by row.

use std::fmt;

use rusqlite::{Connection, Rows};

use super::generation;
use super::schema::physical;
use super::{ReadDb, ReadError, values};
use crate::projection::Projection;
use crate::table::{Table, Value};

/// The first place where a rebuilt table differs from the live one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub table: &'static str,
    /// The values of the key columns.
    pub key: Vec<Value>,
    /// The column, or `None` when one side lacks the row.
    pub column: Option<&'static str>,
    pub live: Option<Value>,
    pub rebuilt: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "table {}, key {}", self.table, self.key.iter().map(shown).collect::<Vec<_>>().join("/"))?;
        match (self.column, &self.live, &self.rebuilt) {
            (Some(column), live, rebuilt) => {
                let (live, rebuilt) = (live.as_ref().map(shown), rebuilt.as_ref().map(shown));
                write!(
                    f,
                    ", column {column}: live {}, rebuilt {}",
                    live.unwrap_or_default(),
                    rebuilt.unwrap_or_default()
                )
            }
            (None, Some(_), _) => f.write_str(": only the live table has this row"),
            (None, None, _) => f.write_str(": only the rebuilt table has this row"),
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => format!("{bytes:02x?}"),
    }
}

/// The live tables as they are at one moment, however long somebody looks at them.
#[derive(Debug)]
pub(crate) struct Snapshot {
    connection: Connection,
    number: i64,
    pub(crate) position: u64,
}

impl ReadDb {
    /// Holds on to the live tables of a projection.
    pub(crate) fn snapshot(&self, projection: &dyn Projection) -> Result<Snapshot, ReadError> {
        let connection = self.readers.open()?;
        connection.execute_batch("BEGIN")?;
        let live = generation::live(&connection, projection.name())?.ok_or(ReadError::BuildGone)?;
        live.must_be_of(projection)?;
        Ok(Snapshot { connection, number: live.number, position: live.position })
    }

    /// Compares the build with the snapshot, at whose position it must be exactly: rows of any other moment differ, and
    /// nothing is wrong with them.
    pub(crate) async fn compare(
        &self,
        projection: &'static dyn Projection,
        snapshot: Snapshot,
        build: i64,
    ) -> Result<(u64, Option<Difference>), ReadError> {
        let rebuilt = self.readers.open()?;
        rebuilt.execute_batch("BEGIN")?;
        let stands_at = generation::numbered(&rebuilt, projection.name(), build)?.map(|build| build.position);
        if stands_at != Some(snapshot.position) {
            return Err(ReadError::BuildGone);
        }
        tokio::task::spawn_blocking(move || {
            let mut rows = 0;
            for table in projection.tables() {
                let live = ordered(table, snapshot.number);
                let (count, difference) =
                    compare_table(table, (&snapshot.connection, &live), (&rebuilt, &ordered(table, build)))?;
                rows += count;
                if difference.is_some() {
                    return Ok((rows, difference));
                }
            }
            Ok((rows, None))
        })
        .await
        .map_err(ReadError::ended)?
    }
}

fn ordered(table: &Table, number: i64) -> String {
    let key: Vec<&str> = table.key_columns().iter().map(|column| column.name).collect();
    format!("SELECT {} FROM {} ORDER BY {}", table.column_list(), physical(table, number), key.join(", "))
}

fn next(table: &Table, rows: &mut Rows<'_>) -> Result<Option<Vec<Value>>, ReadError> {
    rows.next()?.map(|row| values(table, row)).transpose()
}

/// Both sides come in the order of their key, so the first difference is found without holding more than a row of each.
fn compare_table(
    table: &Table,
    (live, live_sql): (&Connection, &str),
    (rebuilt, rebuilt_sql): (&Connection, &str),
) -> Result<(u64, Option<Difference>), ReadError> {
    let (mut live, mut rebuilt) = (live.prepare(live_sql)?, rebuilt.prepare(rebuilt_sql)?);
    let (mut live, mut rebuilt) = (live.query([])?, rebuilt.query([])?);
    let mut count = 0;
    loop {
        let (left, right) = (next(table, &mut live)?, next(table, &mut rebuilt)?);
        let difference = match (left, right) {
            (None, None) => return Ok((count, None)),
            (Some(left), None) => one_sided(table, &left, true),
            (None, Some(right)) => one_sided(table, &right, false),
            (Some(left), Some(right)) if left[..table.key_length] != right[..table.key_length] => {
                let live_first = left < right;
                one_sided(table, if live_first { &left } else { &right }, live_first)
            }
            (Some(left), Some(right)) => match left.iter().zip(&right).position(|(left, right)| left != right) {
                None => {
                    count += 1;
                    continue;
                }
                Some(at) => Difference {
                    table: table.name,
                    key: left[..table.key_length].to_vec(),
                    column: Some(table.columns[at].name),
                    live: Some(left[at].clone()),
                    rebuilt: Some(right[at].clone()),
                },
            },
        };
        return Ok((count, Some(difference)));
    }
}

/// A row that only one side has; its first value stands for it.
fn one_sided(table: &Table, row: &[Value], live_has_it: bool) -> Difference {
    let value = row.first().cloned();
    let (live, rebuilt) = if live_has_it { (value, None) } else { (None, value) };
    Difference { table: table.name, key: row[..table.key_length].to_vec(), column: None, live, rebuilt }
}
