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
    /// Takes a row as the database has it.
    pub fn loaded(&mut self, key: RowKey, values: Option<Vec<Value>>) {
        self.0.insert(key, Slot { values, changed: false });
    }

    pub fn is_loaded(&self, key: &RowKey) -> bool {
        self.0.contains_key(key)
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
        let key = RowKey { table: T::TABLE.name, key: values[..T::TABLE.key_length].to_vec() };
        self.0.insert(key, Slot { values: Some(values), changed: true });
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
        self.0.insert(RowKey::of::<T>(key), Slot { values: None, changed: true });
    }

    /// The rows of `table` to write, and the keys of those to delete.
    pub fn changes(&self, table: &Table) -> (Vec<&[Value]>, Vec<&[Value]>) {
        let (mut written, mut removed) = (Vec::new(), Vec::new());
        for (key, slot) in self.0.iter().filter(|(key, slot)| key.table == table.name && slot.changed) {
            match &slot.values {
                Some(values) => written.push(values.as_slice()),
                None => removed.push(key.key.as_slice()),
            }
        }
        (written, removed)
    }
}
