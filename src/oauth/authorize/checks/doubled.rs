//! No parameter comes twice (RFC 6749, 3.1).

use super::super::query::Query;
use super::super::refusal::RedirectRefusal;
use super::invalid;

pub(super) fn check(query: &Query) -> Result<(), RedirectRefusal> {
    match query.any_doubled() {
        None => Ok(()),
        // Its name is the caller's text, and the description has to keep to few characters.
        Some(name) if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
            Err(invalid(format!("the parameter '{name}' is given twice")))
        }
        Some(_) => Err(invalid("a parameter is given twice")),
    }
}
