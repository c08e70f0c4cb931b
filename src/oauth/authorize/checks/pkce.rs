//! `code_challenge` and its method, which must be S256, for every client (OAuth 2.1, 4.1.1).

use routix_domain::value::CodeChallenge;

use super::super::query::Query;
use super::super::refusal::RedirectRefusal;
use super::invalid;

pub(super) fn check(query: &Query) -> Result<CodeChallenge, RedirectRefusal> {
    let challenge = query.get("code_challenge").ok_or_else(|| invalid("the parameter 'code_challenge' is missing"))?;
    // Left out it means plain (RFC 7636, 4.3), which proves nothing to whoever saw the request.
    if query.get("code_challenge_method") != Some("S256") {
        return Err(invalid("code_challenge_method must be S256"));
    }
    CodeChallenge::parse(challenge)
        .map_err(|_| invalid("code_challenge must have 43 characters of A-Z a-z 0-9 - _: the base64url of a SHA-256"))
}
