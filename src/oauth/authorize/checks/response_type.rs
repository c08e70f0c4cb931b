//! `response_type`: a code, and nothing else since OAuth 2.1.

use super::super::query::Query;
use super::super::refusal::RedirectRefusal;
use super::invalid;

pub(super) fn check(query: &Query) -> Result<(), RedirectRefusal> {
    match query.get("response_type") {
        Some("code") => Ok(()),
        Some(_) => Err(RedirectRefusal::UnsupportedResponseType),
        None => Err(invalid("the parameter 'response_type' is missing; it must be code")),
    }
}
