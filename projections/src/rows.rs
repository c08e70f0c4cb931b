//! The rows that a batch of events touches: loaded once, changed in memory, written back once.

use std::collections::HashMap;

use crate::table::{Table, TableRow, UnreadableRow, Value};

/// The name of a row: its table and the values of its key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey {
    pub table: &'static str,
    pub key: Vec<Value>,
}

impl RowKey {
    /// The row of `T` with this key.
    pub fn of<T: TableRow>(key: impl Into<Vec<Value>>) -> Self {
        Self { table: T::TABLE.name, key: key.into() }
    }
}

#[derive(Clone, Debug)]
struct Slot {
    values: Option<Vec<Value>>,
    /// What it was [loaded](Rows::loaded) as; `None` for a row that was not there, or was not asked for, or is unchanged.
    found: Option<Vec<Value>>,
    changed: bool,
}

/// Rows in memory, by key. `None` is a row that does not exist.
#[derive(Clone, Debug, Default)]
pub struct Rows(HashMap<RowKey, Slot>);

/// What a projection may meet while it applies an event.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error("the event changes a row of '{0}' that does not exist")]
    MissingRow(&'static str),
    #[error("the projection asked for a row of '{0}' that it had not named beforehand")]
    NotLoaded(&'static str),
    #[error(transparent)]
    Row(#[from] UnreadableRow),
    #[error(transparent)]
    Event(#[from] routix_domain::log::UnreadableEvent),
}

impl Rows {
    /// Takes a row as the database has it when these are written.
    pub fn loaded(&mut self, key: RowKey, values: Option<Vec<Value>>) {
        self.0.insert(key, Slot { values, found: None, changed: false });
    }

    pub fn is_loaded(&self, key: &RowKey) -> bool {
        self.0.contains_key(key)
    }

    /// What a row has become, where it is one of these.
    pub(crate) fn values(&self, key: &RowKey) -> Option<Option<&Vec<Value>>> {
        self.0.get(key).map(|slot| slot.values.as_ref())
    }

    /// # Errors
    /// [`ApplyError::NotLoaded`] when the projection did not name the row in `keys`.
    pub fn get<T: TableRow>(&self, key: impl Into<Vec<Value>>) -> Result<Option<T>, ApplyError> {
        let slot = self.0.get(&RowKey::of::<T>(key)).ok_or(ApplyError::NotLoaded(T::TABLE.name))?;
        Ok(slot.values.clone().map(T::from_values).transpose()?)
    }

    /// Writes a row, whether it exists or not.
    pub fn put<T: TableRow>(&mut self, row: T) {
        let values = row.into_values();
        self.set(RowKey { table: T::TABLE.name, key: values[..T::TABLE.key_length].to_vec() }, Some(values));
    }

    fn set(&mut self, key: RowKey, values: Option<Vec<Value>>) {
        let slot = self.0.entry(key).or_insert(Slot { values: None, found: None, changed: false });
        let before = std::mem::replace(&mut slot.values, values);
        if !std::mem::replace(&mut slot.changed, true) {
            slot.found = before;
        }
    }

    /// Changes a row that must exist.
    ///
    /// # Errors
    /// [`ApplyError::MissingRow`] when it does not.
    pub fn change<T: TableRow>(
        &mut self,
        key: impl Into<Vec<Value>>,
        change: impl FnOnce(&mut T),
    ) -> Result<(), ApplyError> {
        let mut row = self.get::<T>(key)?.ok_or(ApplyError::MissingRow(T::TABLE.name))?;
        change(&mut row);
        self.put(row);
        Ok(())
    }

    pub fn remove<T: TableRow>(&mut self, key: impl Into<Vec<Value>>) {
        self.set(RowKey::of::<T>(key), None);
    }

    /// What is to be done to `table`.
    pub fn changes(&self, table: &Table) -> Changes<'_> {
        let mut changes = Changes::default();
        for (key, slot) in self.0.iter().filter(|(key, slot)| key.table == table.name && slot.changed) {
            match (&slot.values, &slot.found) {
                (None, _) => changes.removed.push(key.key.as_slice()),
                (Some(values), Some(found)) if values == found => {}
                (Some(values), Some(found)) if keeps_its_indexes(table, values, found) => changes.updated.push(values),
                (Some(values), _) => changes.written.push(values),
            }
        }
        changes
    }
}

fn keeps_its_indexes(table: &Table, values: &[Value], found: &[Value]) -> bool {
    let mut columns = table.columns.iter().zip(values.iter().zip(found));
    columns.all(|(column, (value, before))| value == before || !table.is_indexed(column))
}

/// Rows to write, and keys of rows to remove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes<'a> {
    /// Rows that are new, or that the indexes have to know of.
    pub written: Vec<&'a [Value]>,
    /// Rows that exist, and in which no column that has an index changed.
    pub updated: Vec<&'a [Value]>,
    pub removed: Vec<&'a [Value]>,
}

impl Changes<'_> {
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.updated.is_empty() && self.removed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_row;

    table_row! {
        struct Thing in "things" {
            key { id: i64 }
            columns { name: String, note: String }
            indexes [["name"]]
        }
    }

    fn thing(id: i64, name: &str, note: &str) -> Thing {
        Thing { id, name: name.to_owned(), note: note.to_owned() }
    }

    /// Rows as the database has them.
    fn found(things: impl IntoIterator<Item = Thing>) -> Rows {
        let mut rows = Rows::default();
        for thing in things {
            rows.loaded(RowKey::of::<Thing>([Value::Integer(thing.id)]), Some(thing.into_values()));
        }
        rows
    }

    #[test]
    fn a_change_is_told_by_what_the_indexes_have_to_know_of_it() {
        let mut rows = found((1..=6).map(|id| thing(id, "a", "b")));
        let change = |rows: &mut Rows, id, change: fn(&mut Thing)| rows.change([Value::Integer(id)], change).unwrap();
        change(&mut rows, 2, |thing| thing.note = "c".to_owned());
        change(&mut rows, 3, |thing| thing.name = "c".to_owned());
        // There and back is no change, and back to another one is.
        for name in ["c", "a"] {
            rows.put(thing(4, name, "b"));
            rows.put(thing(5, name, name));
        }
        rows.remove::<Thing>([Value::Integer(6)]);
        rows.put(thing(7, "a", "b"));
        rows.remove::<Thing>([Value::Integer(8)]);
        let mut changes = rows.changes(&Thing::TABLE);
        let ids = |rows: &mut Vec<&[Value]>| {
            rows.sort_unstable();
            rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&mut changes.written), [3, 7].map(Value::Integer));
        assert_eq!(ids(&mut changes.updated), [2, 5].map(Value::Integer));
        assert_eq!(ids(&mut changes.removed), [6, 8].map(Value::Integer));
    }

    #[test]
    fn a_row_that_was_removed_and_is_back_as_it_was_is_no_change() {
        let mut rows = found([thing(1, "a", "b")]);
        rows.remove::<Thing>([Value::Integer(1)]);
        assert!(!rows.changes(&Thing::TABLE).is_empty());
        rows.put(thing(1, "a", "b"));
        assert!(rows.changes(&Thing::TABLE).is_empty());
    }
}
