//! A row to its object: copied where the database keeps it ready, else put together from its columns.

use crate::proxy::catalogue::{ApiVersion, Identifier, Resource};

use super::json::{Cell, Unreadable, push_member};
use super::statement::Statement;
use super::{RecordError, Target};

/// A row of a database, whichever it is.
pub(super) trait Cells {
    /// # Errors
    /// [`RecordError::Broken`] for a value that no field can have.
    fn cell(&self, index: usize, column: &Identifier) -> Result<Cell<'_>, RecordError>;
}

/// The columns of a version's object: the one that holds it ready, or its fields.
pub(super) enum Columns<'a> {
    Ready(&'a Identifier),
    Fields(&'a Resource, ApiVersion),
}

impl<'a> Columns<'a> {
    pub(super) fn of(target: &'a Target) -> Self {
        match (&target.resource.ready_v1, target.version) {
            (Some(column), ApiVersion::V1) => Self::Ready(column),
            (None, ApiVersion::V1) | (_, ApiVersion::V2) => Self::Fields(&target.resource, target.version),
        }
    }

    pub(super) fn name<'s>(&self, statement: Statement<'s>) -> Statement<'s> {
        match self {
            Self::Ready(column) => statement.name(column),
            Self::Fields(resource, version) => statement.names(resource.fields(*version).iter()),
        }
    }

    /// Adds the object of a row whose columns begin at `first`.
    pub(super) fn push(&self, out: &mut Vec<u8>, row: &impl Cells, first: usize) -> Result<(), RecordError> {
        match self {
            Self::Ready(column) => match row.cell(first, column)? {
                Cell::Text(object) => out.extend_from_slice(object.as_bytes()),
                Cell::Null | Cell::Integer(_) => return Err(unreadable(column)),
            },
            Self::Fields(resource, version) => {
                for (index, field) in resource.fields(*version).iter().enumerate() {
                    out.push(if index == 0 { b'{' } else { b',' });
                    let cell = row.cell(first + index, &field.name)?;
                    push_member(out, field, &cell).map_err(|error| RecordError::Broken(Box::new(error)))?;
                }
                out.push(b'}');
            }
        }
        Ok(())
    }
}

pub(super) fn unreadable(column: &Identifier) -> RecordError {
    RecordError::Broken(Box::new(Unreadable { column: column.as_str().to_owned() }))
}
