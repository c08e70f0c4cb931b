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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_gathered_and_none_is_no_fault() {
        let mut faults = Faults::default();
        assert_eq!((faults.keep(Ok(1)), faults.len(), faults.is_empty()), (Some(1), 0, true));
        assert_eq!(faults.clone().or("fine"), Ok("fine"));
        let of = |field: &str| Fault::new(field, "required", "is missing");
        assert_eq!(faults.keep::<u8>(Err(of("a"))), None);
        faults.push(of("b"));
        faults.add("c", "required", "is missing");
        assert_eq!((faults.len(), faults.is_empty()), (3, false));
        assert_eq!(faults.clone().or("fine"), Err(faults.clone()));
        assert_eq!(faults.into_vec(), ["a", "b", "c"].map(of));
        assert_eq!(Faults::from(of("a")).into_vec(), [of("a")]);
    }
}
