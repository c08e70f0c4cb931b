//! The text of a statement, put together so that no text of a caller can get in: what can be added is a literal of this
//! program, a checked name from the catalogue in quotes, or the number of a parameter.

use std::fmt::Write;

use crate::proxy::catalogue::{Field, Identifier};

pub(super) struct Sql(String);

impl Sql {
    pub(super) fn new(text: &'static str) -> Self {
        let mut sql = String::with_capacity(512);
        sql.push_str(text);
        Self(sql)
    }

    pub(super) fn text(mut self, text: &'static str) -> Self {
        self.0.push_str(text);
        self
    }

    pub(super) fn name(mut self, name: &Identifier) -> Self {
        self.0.push('"');
        self.0.push_str(name.as_str());
        self.0.push('"');
        self
    }

    pub(super) fn names<'a>(mut self, fields: impl Iterator<Item = &'a Field>) -> Self {
        for (index, field) in fields.enumerate() {
            self = if index > 0 { self.text(", ") } else { self };
            self = self.name(&field.name);
        }
        self
    }

    pub(super) fn parameter(mut self, number: usize) -> Self {
        // Writing to a String cannot fail.
        let _ = write!(self.0, "?{number}");
        self
    }

    /// The predicate of every statement: parameters 1 and 2 are the tenant's.
    pub(super) fn of_tenant(self) -> Self {
        self.text(" WHERE organization_id = ?1 AND branch_id = ?2")
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}
