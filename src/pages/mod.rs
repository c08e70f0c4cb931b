//! What every HTML page has in common: words, frame, headers, cookies, and the proof that a form is one of our own.
//!
//! Shared by the surfaces that show pages, like `http` by all. A page is complete without a script; the dashboard has a
//! small one for comfort, the pages where a password or a consent is given have none.
//! Deliberately absent: the pages themselves; each surface has its own.

mod assets;
pub mod cookies;
pub mod error_page;
pub mod form;
pub mod form_token;
pub mod frame;
pub mod headers;
pub mod language;
pub mod local_path;
pub mod public_origin;
pub mod same_origin;
pub mod scopes;
pub mod theme;
pub mod visitor;
pub mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use self::cookies::Cookies;
use self::public_origin::PublicOrigin;
use self::scopes::ScopeTexts;
use crate::access::SignIn;

pub use self::error_page::{PageError, error_page};
pub use self::form::Form;
pub use self::frame::{Frame, Navigation, NavigationGroup, NavigationLink};
pub use self::headers::{forget_pages, see_other};
pub use self::visitor::{HasPages, Visitor};
pub use self::words::{Stamp, Words};

/// What pages are made with.
pub struct Pages {
    pub sign_in: Arc<SignIn>,
    pub origin: PublicOrigin,
    pub cookies: Cookies,
    pub scope_texts: ScopeTexts,
    /// Everything here is invented, and people are told so.
    pub is_demo: bool,
}

impl Pages {
    /// `public_url` is how browsers reach this service: scheme, host and port.
    pub fn new(public_url: &str, sign_in: Arc<SignIn>, scope_texts: ScopeTexts, is_demo: bool) -> Self {
        let origin = PublicOrigin::new(public_url);
        let cookies = Cookies::new(&origin);
        Self { sign_in, origin, cookies, scope_texts, is_demo }
    }
}

/// What pages load, and the choice of their language and colours.
pub fn router(pages: Arc<Pages>) -> Router {
    Router::new()
        .merge(assets::router())
        .route(language::DOOR, get(language::choose))
        .route(theme::DOOR, get(theme::choose))
        .with_state(pages)
}
