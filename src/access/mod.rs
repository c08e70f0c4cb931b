//! Who is calling: tokens in, principals out.

mod principal;

pub use principal::AppPrincipal;
