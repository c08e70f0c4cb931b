//! `scope`: required, as in the seed, and within what the app holds.

use routix_domain::value::ScopeSet;
use routix_projections::token_validation::ValidationRow;

use super::super::query::Query;
use super::super::refusal::RedirectRefusal;

pub(super) fn check(app: &ValidationRow, query: &Query) -> Result<ScopeSet, RedirectRefusal> {
    let text = query.get("scope").unwrap_or_default();
    let asked = ScopeSet::parse_parameter(text)
        .map_err(|_| RedirectRefusal::InvalidScope("a scope looks like routix:orders:read; put a space between two"))?;
    if asked.is_empty() {
        return Err(RedirectRefusal::InvalidScope("the parameter 'scope' is missing"));
    }
    if !asked.is_subset(&app.allowed_scopes) {
        return Err(RedirectRefusal::InvalidScope("the app does not hold all of these scopes"));
    }
    Ok(asked)
}
