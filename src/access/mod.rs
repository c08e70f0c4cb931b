//! Who is calling: tokens in, principals out. Every access token is made in [`Access::issue`] and judged in
//! [`Expected::claims`], and nowhere else.
//!
//! Deliberately absent: what the caller may do with a resource; that is each surface's own matter.

mod app_token;
mod bearer;
mod claims;
mod principal;
mod resource;
mod security;
mod sign_in;
mod token;
mod usage;
mod user_grant;
mod verify;

pub use self::app_token::AppToken;
pub use self::bearer::bearer;
pub use self::claims::{Basis, Claims, TokenId};
pub use self::principal::{AppPrincipal, UserPrincipal};
pub use self::resource::Resource;
pub use self::security::{About, SecurityLog};
pub use self::sign_in::{SignIn, SignInRefusal};
pub use self::token::{Access, InvalidToken, IssuedToken};
pub use self::usage::UsageCounter;
pub use self::user_grant::{Standing, UserGrant, branches_in};
pub use self::verify::Expected;
