//! `state`: the client's own text, given back byte for byte.

use super::super::query::Query;
use super::super::refusal::RedirectRefusal;
use super::invalid;

/// Bytes. Longer ones make URLs that browsers and proxies cut.
const MAX_LENGTH: usize = 2_048;

/// The state to give back, whatever else is wrong; none when it is not known which, or when it is too long to be carried.
pub(super) fn to_return(query: &Query) -> Option<String> {
    let state = query.get("state").filter(|state| state.len() <= MAX_LENGTH);
    state.filter(|_| !query.is_doubled("state")).map(str::to_owned)
}

pub(super) fn check(query: &Query) -> Result<(), RedirectRefusal> {
    match query.get("state") {
        Some(state) if state.len() > MAX_LENGTH => Err(invalid("state must have at most 2048 bytes")),
        Some(_) | None => Ok(()),
    }
}
