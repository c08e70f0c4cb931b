//! A row as it was read.

use super::{ColumnValue, DatabaseError, Value};

/// The values of a row, in the order of its statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// The value at a place, from 0.
    ///
    /// # Errors
    /// [`DatabaseError::Unreadable`] when it is of another type, or not there.
    pub fn get<T: ColumnValue>(&self, column: usize) -> Result<T, DatabaseError> {
        let value = self.0.get(column).cloned();
        value.and_then(T::from_value).ok_or(DatabaseError::Unreadable { column })
    }
}
