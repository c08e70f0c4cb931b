//! `resource`: never required; one of ours when it is there (RFC 8707, 2.1).

use super::super::query::Query;
use super::super::refusal::RedirectRefusal;
use crate::oauth::server::OAuthServer;

pub(super) fn check(server: &OAuthServer, query: &Query) -> Result<Option<String>, RedirectRefusal> {
    let Some(name) = query.get("resource") else { return Ok(None) };
    if server.access.resource.names().iter().any(|known| known == name) {
        Ok(Some(name.to_owned()))
    } else {
        Err(RedirectRefusal::InvalidTarget)
    }
}
