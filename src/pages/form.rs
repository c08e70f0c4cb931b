//! Forms of our own pages, read strictly.

use std::collections::BTreeMap;

use axum::extract::Request;
use axum::http::StatusCode;

use super::error_page::PageError;
use super::form_token::{FIELD, is_form_token};
use super::same_origin::is_same_origin;
use super::visitor::Visitor;
use crate::http::{body, pairs};
use crate::store::identity::BrowserSession;

const MAX_BODY: usize = 16 * 1_024;

/// The fields of a form that one of our own pages sent.
#[derive(Debug)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a form of at most 16 KiB, after it is known that it comes from here.
    ///
    /// # Errors
    /// [`PageError::CrossSite`]; [`PageError::TooLarge`]; [`PageError::BadRequest`] for another type, a doubled field or
    /// a broken escape.
    pub async fn read(visitor: &Visitor, request: Request) -> Result<Self, PageError> {
        Self::read_up_to(visitor, request, MAX_BODY).await
    }

    /// The same for a form of at most `max` bytes.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub async fn read_up_to(visitor: &Visitor, request: Request, max: usize) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        if !is_same_origin(&parts.headers, &visitor.pages.origin) {
            return Err(PageError::CrossSite);
        }
        if body::media_type(&parts.headers) != "application/x-www-form-urlencoded" {
            return Err(PageError::BadRequest);
        }
        let read = body::read(body, max).await;
        let bytes = read.map_err(|failure| {
            if failure.status == StatusCode::PAYLOAD_TOO_LARGE { PageError::TooLarge } else { PageError::BadRequest }
        })?;
        pairs::parse(&bytes).map(Self).map_err(|_| PageError::BadRequest)
    }

    /// A field, if it was sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A field that every such form has; it may be empty.
    ///
    /// # Errors
    /// [`PageError::BadRequest`] when it is not there.
    pub fn required(&self, name: &str) -> Result<&str, PageError> {
        self.get(name).ok_or(PageError::BadRequest)
    }

    /// The rest of the names of the fields that begin like this: of ticks whose names are put together.
    pub fn beginning<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().filter_map(move |name| name.strip_prefix(prefix))
    }

    /// The session in which this form was shown: the visitor's own, proven by the form token.
    ///
    /// # Errors
    /// [`PageError::StaleForm`] when nobody is signed in, or the form is of another session or purpose.
    pub fn session<'a>(&self, visitor: &'a Visitor, purpose: &str) -> Result<&'a BrowserSession, PageError> {
        let session = visitor.session.as_ref().ok_or(PageError::StaleForm)?;
        let keys = &visitor.pages.sign_in.sessions.keys;
        let token = self.get(FIELD).unwrap_or_default();
        if is_form_token(keys, session.id, purpose, token) { Ok(session) } else { Err(PageError::StaleForm) }
    }
}
