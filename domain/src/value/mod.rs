//! Value objects: what a name, a redirect URI, a scope or a token lifetime may look like.
//!
//! Each is made by one `parse` function that names what is wrong; a value that exists is a valid one. Texts and redirect
//! URIs are read back from the log without being judged again, because a rule that grows stricter must not make an old
//! event unreadable; scopes, lifetimes and public ids are read by their grammar, which may therefore only grow wider.

mod branches;
mod fault;
mod lifetime;
mod pkce;
mod public_id;
mod redirect_uri;
mod scope;
mod secret;
mod text;

pub use branches::BranchRestriction;
pub use fault::{Fault, Faults};
pub use lifetime::TokenLifetime;
pub use pkce::{CodeChallenge, MalformedChallenge, is_code_verifier};
pub use public_id::{BranchPublicId, MalformedPublicId};
pub use redirect_uri::{InvalidRedirectUri, RedirectUri};
pub use scope::{Action, Scope, ScopeSet};
pub use secret::{Acceptance, Fingerprint, SecretGeneration, Secrets};
pub use text::{TextFault, single_line, text};
