//! One fault in one field, and the collection that lets an answer list them all.

use serde::Serialize;

/// What is wrong with one field of a request: the shape of the members of `errors` in every 400.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The field as the caller wrote it, with an index for a list: `redirect_uris[1]`.
    pub field: String,
    /// A stable word: `required`, `unknown_field`, `invalid_format`, `too_long`, …
    pub code: &'static str,
    /// One sentence for a person.
    pub message: String,
}

impl Fault {
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

/// Faults gathered over a whole request, so that the caller hears of all of them at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub fn add(&mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.push(Fault::new(field, code, message));
    }

    /// Keeps the value, or the fault and nothing.
    pub fn keep<T>(&mut self, result: Result<T, Fault>) -> Option<T> {
        result.map_err(|fault| self.push(fault)).ok()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_vec(self) -> Vec<Fault> {
        self.0
    }

    /// `Ok(value)` when nothing was wrong.
    ///
    /// # Errors
    /// Every fault gathered so far.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}
