//! Who looks at a page: the language he reads, the session he is in, and the request he sent.

use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::error_page::{self, PageError};
use super::form_token::form_token;
use super::headers::{self, Allowed, see_other};
use super::language::Language;
use super::local_path::{escaped, with_parameter};
use super::theme::Theme;
use super::{Pages, Words};
use crate::http::origin::RequestOrigin;
use crate::store::identity::BrowserSession;

/// Where people sign in.
pub const SIGN_IN: &str = "/sign-in";

/// The state of a router whose handlers show pages.
pub trait HasPages: Send + Sync {
    fn pages(&self) -> &Arc<Pages>;
}

impl HasPages for Arc<Pages> {
    fn pages(&self) -> &Arc<Pages> {
        self
    }
}

/// Somebody at a page, signed in or not.
#[derive(Clone)]
pub struct Visitor {
    pub pages: Arc<Pages>,
    pub words: Words,
    pub theme: Theme,
    /// The open session of his cookie, and the person in it.
    pub session: Option<BrowserSession>,
    pub request: RequestOrigin,
    /// Path and query of this request, with nothing in them that has to be escaped.
    pub target: String,
}

impl<S: HasPages> FromRequestParts<S> for Visitor {
    type Rejection = Response;

    /// # Errors
    /// The error page of `503` when the identity database does not answer.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let pages = Arc::clone(state.pages());
        let Ok(request) = RequestOrigin::from_request_parts(parts, state).await;
        let words = Words::new(Language::of_request(&parts.headers));
        let target = escaped(parts.uri.path_and_query().map_or("/", |target| target.as_str()));
        let theme = Theme::of_request(&parts.headers);
        let mut visitor = Self { pages, words, theme, session: None, request, target };
        if let Some(token) = visitor.pages.cookies.session(&parts.headers) {
            let found = visitor.pages.sign_in.sessions.browser(token).await;
            visitor.session = found.map_err(|error| error_page::page(&visitor, &error.into()))?;
        }
        Ok(visitor)
    }
}

impl Visitor {
    /// A page with the headers of every page. `form_action` is one more place to which its forms may lead, such as
    /// `https://app.example`.
    pub fn page(&self, status: StatusCode, template: &impl Template, form_action: Option<&str>) -> Response {
        let allowed = Allowed { form_action, script: false };
        headers::page(status, template, allowed, &self.pages.origin)
    }

    /// A page of the dashboard: one that runs our script.
    pub fn dashboard_page(&self, status: StatusCode, template: &impl Template) -> Response {
        let allowed = Allowed { script: true, form_action: None };
        headers::page(status, template, allowed, &self.pages.origin)
    }

    /// The answer, or the page of its error.
    pub fn answer(&self, result: Result<Response, PageError>) -> Response {
        result.unwrap_or_else(|error| error_page::page(self, &error))
    }

    /// To the sign-in page, and from there back here.
    pub fn sign_in_first(&self) -> Response {
        see_other(&with_parameter(SIGN_IN, "return_to", &self.target))
    }

    /// What a form of this purpose must carry; empty, which is never right, for somebody without a session.
    pub fn form_token(&self, purpose: &str) -> String {
        let sessions = &self.pages.sign_in.sessions;
        let token = |id| form_token(&sessions.keys, id, purpose, sessions.system.now());
        self.session.as_ref().map(|session| token(session.id)).unwrap_or_default()
    }
}
