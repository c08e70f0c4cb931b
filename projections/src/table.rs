//! Tables of read models, described as data: one description serves both databases, every query and every comparison.

pub use crate::database::{ColumnKind, ColumnValue, Json, Value};

#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub kind: ColumnKind,
    pub nullable: bool,
}

/// A table of a projection. The first `key_length` columns are its key.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
    pub key_length: usize,
    /// Columns to find rows by, beside the key.
    pub indexes: &'static [&'static [&'static str]],
}

impl Table {
    pub fn key_columns(&self) -> &'static [Column] {
        &self.columns[..self.key_length]
    }

    /// Whether rows are found by it, too, beside the key.
    pub fn is_indexed(&self, column: &Column) -> bool {
        self.indexes.iter().any(|index| index.contains(&column.name))
    }

    /// What an `INSERT` does about a row that exists: it changes the columns that `changes`.
    pub fn on_conflict(&self, changes: impl Fn(&Column) -> bool) -> String {
        let others = self.columns.iter().skip(self.key_length).filter(|column| changes(column));
        let set = others.map(|column| format!("{0} = excluded.{0}", column.name)).collect::<Vec<_>>().join(", ");
        let update = if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {set}") };
        format!("ON CONFLICT ({}) DO {update}", self.key_list())
    }

    /// The names of the key's columns between commas.
    pub fn key_list(&self) -> String {
        self.key_columns().iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }

    /// The names of all columns between commas.
    pub fn column_list(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }
}

/// A stored row does not fit its type: the table was written by something else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column '{column}' of '{table}' holds a value that does not fit its type")]
pub struct UnreadableRow {
    pub table: &'static str,
    pub column: &'static str,
}

/// A Rust type for the rows of one [`Table`]. Made by [`table_row!`](crate::table_row).
pub trait TableRow: Sized {
    const TABLE: Table;

    fn into_values(self) -> Vec<Value>;

    /// # Errors
    /// [`UnreadableRow`] names the column that does not fit.
    fn from_values(values: Vec<Value>) -> Result<Self, UnreadableRow>;
}

/// Declares a row type and its table in one place.
#[macro_export]
macro_rules! table_row {
    (
        $(#[$doc:meta])*
        $vis:vis struct $row:ident in $table:literal {
            key { $($(#[$key_doc:meta])* $key:ident: $key_type:ty),+ $(,)? }
            columns { $($(#[$column_doc:meta])* $column:ident: $column_type:ty),* $(,)? }
            indexes [ $([$($index:literal),+]),* ]
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $row {
            $($(#[$key_doc])* pub $key: $key_type,)+
            $($(#[$column_doc])* pub $column: $column_type,)*
        }

        impl $crate::table::TableRow for $row {
            const TABLE: $crate::table::Table = $crate::table::Table {
                name: $table,
                columns: &[
                    $($crate::table::Column {
                        name: stringify!($key),
                        kind: <$key_type as $crate::table::ColumnValue>::KIND,
                        nullable: <$key_type as $crate::table::ColumnValue>::NULLABLE,
                    },)+
                    $($crate::table::Column {
                        name: stringify!($column),
                        kind: <$column_type as $crate::table::ColumnValue>::KIND,
                        nullable: <$column_type as $crate::table::ColumnValue>::NULLABLE,
                    },)*
                ],
                key_length: [$(stringify!($key)),+].len(),
                indexes: &[$(&[$($index),+]),*],
            };

            fn into_values(self) -> Vec<$crate::table::Value> {
                vec![
                    $($crate::table::ColumnValue::into_value(self.$key),)+
                    $($crate::table::ColumnValue::into_value(self.$column),)*
                ]
            }

            fn from_values(values: Vec<$crate::table::Value>) -> Result<Self, $crate::table::UnreadableRow> {
                let mut values = values.into_iter();
                let mut next = || values.next().unwrap_or($crate::table::Value::Null);
                Ok(Self {
                    $($key: $crate::table::ColumnValue::from_value(next())
                        .ok_or($crate::table::UnreadableRow { table: $table, column: stringify!($key) })?,)+
                    $($column: $crate::table::ColumnValue::from_value(next())
                        .ok_or($crate::table::UnreadableRow { table: $table, column: stringify!($column) })?,)*
                })
            }
        }
    };
}
