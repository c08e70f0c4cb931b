//! The consent page's decision for front ends of one's own, in the manner of auth-js: an authorization has a name, its
//! details can be read, and the person says yes or no (`supabase.auth.oauth`).
//!
//! ```text
//! POST /auth/v1/oauth/authorizations               the authorization request, as a form  -> 201, its details and its name
//! GET  /auth/v1/oauth/authorizations/{id}          the details again
//! POST /auth/v1/oauth/authorizations/{id}/consent  {"action", "organization_id"?}        -> 200 {"redirect_url"}
//! ```
//!
//! The name is what the consent page's form carries too: the request, sealed, bound to the session of the person and good for
//! ten minutes; nothing is stored before he decides, and he decides once. He proves himself by his user token alone. A
//! browser sends that nowhere by itself, so that no other site can decide for him, and cookies are not looked at.

mod decide;
mod details;
mod error;
mod person;

pub(in crate::oauth) use self::decide::consent;
pub(in crate::oauth) use self::details::{create, show};

use super::shown::Shown;
use crate::keys::{Keys, Seal};
use crate::oauth::server::OAuthServer;

use self::error::AuthorizationsError;
use self::person::Person;

/// Bytes. The name holds the whole query, and has to fit into a path.
const MAX_QUERY: usize = 5_000;
/// Bytes. The edge takes paths of eight thousand.
const MAX_NAME: usize = 7_500;

fn seal(shown: &Shown, keys: &Keys) -> Result<String, AuthorizationsError> {
    shown.seal(keys, Seal::Authorization).map_err(|error| AuthorizationsError::Internal(Box::new(error)))
}

/// What a name stands for, when it was made for this session less than ten minutes ago.
///
/// # Errors
/// `NotFound` for anything else: whoever holds another's name learns nothing.
fn unseal(server: &OAuthServer, name: &str, person: &Person) -> Result<Shown, AuthorizationsError> {
    let shown = Shown::unseal(&server.access.keys.current(), Seal::Authorization, name, person.user.session_id);
    let in_time = shown.filter(|shown| !shown.is_too_old_at(server.access.system.now()));
    in_time.ok_or(AuthorizationsError::NotFound)
}
