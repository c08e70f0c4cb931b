//! The authorization endpoint: a person lets an app act for him in one of his organizations (OAuth 2.1, 4.1).
//!
//! ```text
//! GET  query -> checks, in order -> signed in? -> consent page
//!                 |      |             no: sign-in page, and back here
//!                 |      '- after the redirect URI is proven: redirect with `error`, `state`, `iss`
//!                 '- before: an error page, and never a redirect
//! POST form  -> same checks on the request that was shown -> decision, recorded once -> redirect
//! ```
//!
//! Nothing is stored before the person decides: what the page showed travels through its form, sealed and bound to his
//! session. Deliberately absent: approval without asking. A client that holds no secret cannot be told from a copy of it
//! (OAuth 2.1, 7.3), and for the others one click is little.

pub(super) mod authorizations;
mod checks;
mod consent_page;
mod decide;
mod organizations;
mod query;
mod redirect;
mod refusal;
mod shown;
mod start;

pub(super) use self::consent_page::PATH;
pub(super) use self::decide::decide;
pub(super) use self::start::start;
