//! Comparing a build with the live tables, row by row.

use std::collections::VecDeque;
use std::fmt;

use super::generation;
use super::schema::physical;
use super::{ReadDb, ReadError};
use crate::database::{self, DatabaseError, Row, Session};
use crate::projection::Projection;
use crate::table::{Table, Value};
use crate::values;

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

impl Difference {
    /// Where it is, without the values: a page shows no digests.
    pub fn place(&self) -> String {
        let column = self.column.map(|column| format!(", column {column}")).unwrap_or_default();
        format!("table {}, key {}{column}", self.table, self.key.iter().map(shown).collect::<Vec<_>>().join("/"))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place())?;
        match (self.column, &self.live, &self.rebuilt) {
            (Some(_), live, rebuilt) => {
                let (live, rebuilt) = (live.as_ref().map(shown), rebuilt.as_ref().map(shown));
                write!(f, ": live {}, rebuilt {}", live.unwrap_or_default(), rebuilt.unwrap_or_default())
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

/// How many rows of a side are held at once.
const PAGE: usize = 1_000;

/// The tables of one generation as they are at one moment, however long somebody looks at them.
pub(crate) struct Snapshot {
    pub(super) session: database::Snapshot,
    number: i64,
    pub(crate) position: u64,
}

impl ReadDb {
    /// Holds on to the live tables of a projection.
    pub(crate) async fn snapshot(&self, projection: &'static dyn Projection) -> Result<Snapshot, ReadError> {
        loop {
            let live = self.live(projection).await?.ok_or(ReadError::BuildGone)?;
            live.must_be_of(projection)?;
            match self.look_at(projection, live.number).await {
                // Others were swapped in at this moment.
                Err(ReadError::BuildGone) => {}
                looked => return looked,
            }
        }
    }

    /// Holds on to the tables of one generation.
    pub(super) async fn look_at(
        &self,
        projection: &'static dyn Projection,
        number: i64,
    ) -> Result<Snapshot, ReadError> {
        let mut session = self.database.snapshot().await?;
        let look = move || {
            let found = generation::numbered(&mut *session, projection.name(), number)?.ok_or(ReadError::BuildGone)?;
            for table in projection.tables() {
                // From the first look at a table on, nobody can drop it.
                session.query(&format!("SELECT 1 FROM {} LIMIT 1", physical(table, number)), &[])?;
            }
            Ok(Snapshot { session, number, position: found.position })
        };
        match tokio::task::spawn_blocking(look).await.map_err(DatabaseError::ended)? {
            // Perhaps because they went away between the note and the first look.
            Err(error @ ReadError::Unavailable(_)) => {
                let note = &values![projection.name().to_owned(), number];
                let is_noted = self.database.select_one(&generation::select_numbered(), note).await?.is_some();
                Err(if is_noted { error } else { ReadError::BuildGone })
            }
            looked => looked,
        }
    }

    /// Compares the build with the snapshot, at whose position it must be exactly: rows of any other moment differ, and
    /// nothing is wrong with them.
    pub(crate) async fn compare(
        &self,
        projection: &'static dyn Projection,
        mut live: Snapshot,
        build: i64,
    ) -> Result<(u64, Option<Difference>), ReadError> {
        let mut rebuilt = self.look_at(projection, build).await?;
        if rebuilt.position != live.position {
            return Err(ReadError::BuildGone);
        }
        let compare = move || {
            let compared = compare_tables(projection, &mut live, &mut rebuilt)?;
            // Now, and not some time after it was let go: the tables of the build are dropped next.
            rebuilt.session.end()?;
            Ok(compared)
        };
        tokio::task::spawn_blocking(compare).await.map_err(DatabaseError::ended)?
    }
}

fn compare_tables(
    projection: &dyn Projection,
    live: &mut Snapshot,
    rebuilt: &mut Snapshot,
) -> Result<(u64, Option<Difference>), ReadError> {
    let mut rows = 0;
    for table in projection.tables() {
        let (count, difference) = compare_table(table, live.rows(table), rebuilt.rows(table))?;
        rows += count;
        if difference.is_some() {
            return Ok((rows, difference));
        }
    }
    Ok((rows, None))
}

impl Snapshot {
    fn rows<'a>(&'a mut self, table: &'a Table) -> OrderedRows<'a> {
        let physical = physical(table, self.number);
        OrderedRows { session: &mut *self.session, table, physical, page: VecDeque::new(), last: None, ended: false }
    }
}

/// The rows of one table in the order of their key, a page at a time.
struct OrderedRows<'a> {
    session: &'a mut dyn Session,
    table: &'a Table,
    physical: String,
    page: VecDeque<Row>,
    /// The key behind which the next page begins.
    last: Option<Vec<Value>>,
    ended: bool,
}

impl OrderedRows<'_> {
    fn next(&mut self) -> Result<Option<Vec<Value>>, DatabaseError> {
        if self.page.is_empty() && !self.ended {
            self.turn()?;
        }
        Ok(self.page.pop_front().map(|row| row.0))
    }

    fn turn(&mut self) -> Result<(), DatabaseError> {
        let (columns, key) = (self.table.column_list(), self.table.key_list());
        let places = (1..=self.table.key_length).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
        let behind = self.last.as_ref().map(|_| format!("WHERE ({key}) > ({places})")).unwrap_or_default();
        let sql = format!("SELECT {columns} FROM {} {behind} ORDER BY {key} LIMIT {PAGE}", self.physical);
        let page = self.session.query(&sql, self.last.as_deref().unwrap_or_default())?;
        self.ended = page.len() < PAGE;
        self.last = page.last().map(|row| row.0[..self.table.key_length].to_vec());
        self.page = page.into();
        Ok(())
    }
}

/// Both sides come in the order of their key, so the first difference is found without holding more than a page of each.
fn compare_table(
    table: &Table,
    mut live: OrderedRows<'_>,
    mut rebuilt: OrderedRows<'_>,
) -> Result<(u64, Option<Difference>), ReadError> {
    let mut count = 0;
    loop {
        let difference = match (live.next()?, rebuilt.next()?) {
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
