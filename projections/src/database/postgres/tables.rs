//! Statements over tables that are described as data. A batch of rows is one statement, whatever its length.

use tokio_postgres::types::ToSql;

use crate::database::{ColumnKind, Value};
use crate::table::{Column, Table};

/// One column of a batch.
pub(super) enum Array {
    Integers(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

fn kind(column: &Column) -> &'static str {
    match column.kind {
        ColumnKind::Integer => "bigint",
        ColumnKind::Text => "text",
        ColumnKind::Bytes => "bytea",
    }
}

/// The names of indexes are made by PostgreSQL, which keeps them apart and short enough.
pub(super) fn create(target: &str, table: &Table) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let collation = if column.kind == ColumnKind::Text { " COLLATE \"C\"" } else { "" };
            let null = if column.nullable { "" } else { " NOT NULL" };
            format!("{} {}{collation}{null}", column.name, kind(column))
        })
        .collect();
    let mut sql = format!("CREATE TABLE {target} ({}, PRIMARY KEY ({}));\n", columns.join(", "), table.key_list());
    for index in table.indexes {
        sql += &format!("CREATE INDEX ON {target} ({});\n", index.join(", "));
    }
    sql
}

/// `unnest($1::bigint[], $2::text[])` for these columns.
fn unnest(columns: &[Column]) -> String {
    let arrays = columns.iter().enumerate().map(|(index, column)| format!("${}::{}[]", index + 1, kind(column)));
    format!("unnest({})", arrays.collect::<Vec<_>>().join(", "))
}

pub(super) fn load(target: &str, table: &Table) -> String {
    let (columns, key) = (table.column_list(), table.key_list());
    format!("SELECT {columns} FROM {target} WHERE ({key}) IN (SELECT * FROM {})", unnest(table.key_columns()))
}

pub(super) fn write(target: &str, table: &Table) -> String {
    let (columns, rows) = (table.column_list(), unnest(table.columns));
    format!("INSERT INTO {target} ({columns}) SELECT * FROM {rows} {}", table.on_conflict(|_| true))
}

pub(super) fn remove(target: &str, table: &Table) -> String {
    format!("DELETE FROM {target} WHERE ({}) IN (SELECT * FROM {})", table.key_list(), unnest(table.key_columns()))
}

/// The rows, column by column. A value of another kind than its column becomes NULL, which a column that has none refuses.
pub(super) fn arrays(columns: &[Column], rows: &[&[Value]]) -> Vec<Array> {
    let column = |(place, column): (usize, &Column)| {
        let values = rows.iter().map(|row| row.get(place));
        match column.kind {
            ColumnKind::Integer => Array::Integers(values.map(integer).collect()),
            ColumnKind::Text => Array::Texts(values.map(text).collect()),
            ColumnKind::Bytes => Array::Bytes(values.map(bytes).collect()),
        }
    };
    columns.iter().enumerate().map(column).collect()
}

fn integer(value: Option<&Value>) -> Option<i64> {
    if let Some(Value::Integer(number)) = value { Some(*number) } else { None }
}

fn text(value: Option<&Value>) -> Option<String> {
    if let Some(Value::Text(text)) = value { Some(text.clone()) } else { None }
}

fn bytes(value: Option<&Value>) -> Option<Vec<u8>> {
    if let Some(Value::Bytes(bytes)) = value { Some(bytes.clone()) } else { None }
}

pub(super) fn parameters(arrays: &[Array]) -> Vec<&(dyn ToSql + Sync)> {
    arrays
        .iter()
        .map(|array| -> &(dyn ToSql + Sync) {
            match array {
                Array::Integers(values) => values,
                Array::Texts(values) => values,
                Array::Bytes(values) => values,
            }
        })
        .collect()
}
