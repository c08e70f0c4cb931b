//! The parameters of an authorization request, as they were sent.

use std::collections::BTreeMap;

use super::refusal::PageRefusal;
use crate::http::pairs;

/// Bytes. A query that is longer is refused: encoded once more, it has to fit into the address of the sign-in page.
const MAX_LENGTH: usize = 7_000;

/// Names and values, and which names came more than once. An empty value counts as left out (RFC 6749, 3.1).
pub(super) struct Query {
    values: BTreeMap<String, String>,
    doubled: Vec<String>,
}

impl Query {
    /// # Errors
    /// [`PageRefusal::Unreadable`] for a query that is too long or no form-encoded UTF-8.
    pub(super) fn parse(text: &str) -> Result<Self, PageRefusal> {
        if text.len() > MAX_LENGTH {
            return Err(PageRefusal::Unreadable);
        }
        let (mut values, mut doubled) = (BTreeMap::new(), Vec::new());
        for (name, value) in pairs::parse_all(text.as_bytes()).map_err(|_| PageRefusal::Unreadable)? {
            if values.insert(name.clone(), value).is_some() {
                doubled.push(name);
            }
        }
        Ok(Self { values, doubled })
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn is_doubled(&self, name: &str) -> bool {
        self.doubled.iter().any(|doubled| doubled == name)
    }

    /// A name that came more than once; two programs would not agree on which of its values counts.
    pub(super) fn any_doubled(&self) -> Option<&str> {
        self.doubled.first().map(String::as_str)
    }
}
