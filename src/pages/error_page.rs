//! The page of an error: one sentence, and the number under which the request is in the log.
//!
//! It shows nothing that came with the request, except a request id of harmless characters.

use std::error::Error;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use routix_domain::log::FeedError;
use routix_projections::ReadError;

use super::{Frame, Visitor};
use crate::access::About;
use crate::commands::CommandError;
use crate::history::HistoryError;
use crate::http::pairs::InvalidPairs;
use crate::store::identity::{IdentityError, SecurityKind};

/// Why a page was not shown or a form not done.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    #[error("the request cannot be read")]
    BadRequest,
    #[error("the form does not come from one of our own pages")]
    CrossSite,
    #[error("the form was shown in another session")]
    StaleForm,
    #[error("the form is too large")]
    TooLarge,
    #[error("there is no such thing, or not for this person")]
    NotFound,
    #[error("this person sees and does not act here")]
    Forbidden,
    /// Doing it again would do it twice, so the person is told.
    #[error("the change is recorded and will take effect")]
    NotInEffect(#[source] Box<dyn Error + Send + Sync>),
    #[error("a store does not answer")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    #[error("a fault of the server")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl PageError {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::CrossSite | Self::StaleForm | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotInEffect(_) | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The key of its sentence.
    fn words(&self) -> &'static str {
        match self {
            Self::BadRequest => "error-bad-request",
            Self::CrossSite => "error-cross-site",
            Self::StaleForm => "error-stale-form",
            Self::TooLarge => "error-too-large",
            Self::NotFound => "error-not-found",
            Self::Forbidden => "error-forbidden",
            Self::NotInEffect(_) => "error-not-in-effect",
            Self::Unavailable(_) => "error-unavailable",
            Self::Internal(_) => "error-internal",
        }
    }
}

impl From<IdentityError> for PageError {
    fn from(error: IdentityError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<ReadError> for PageError {
    fn from(error: ReadError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<FeedError> for PageError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Corrupt { .. } => Self::Internal(Box::new(error)),
            FeedError::Unavailable(_) => Self::Unavailable(Box::new(error)),
        }
    }
}

impl From<HistoryError> for PageError {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Feed(error) => error.into(),
            HistoryError::Unreadable(_) => Self::Internal(Box::new(error)),
            HistoryError::Read(_) | HistoryError::Identity(_) => Self::Unavailable(Box::new(error)),
        }
    }
}

impl<E: Error + Send + Sync + 'static> From<CommandError<E>> for PageError {
    fn from(error: CommandError<E>) -> Self {
        match error {
            CommandError::Rejected(_) | CommandError::Corrupt(_) => Self::Internal(Box::new(error)),
            CommandError::NotVisible(_) => Self::NotInEffect(Box::new(error)),
            CommandError::Conflict | CommandError::Unavailable(_) | CommandError::Stopped(_) => {
                Self::Unavailable(Box::new(error))
            }
        }
    }
}

impl From<InvalidPairs> for PageError {
    fn from(_: InvalidPairs) -> Self {
        Self::BadRequest
    }
}

#[derive(Template)]
#[template(path = "error.html", config = ".askama.toml")]
struct ErrorTemplate<'a> {
    frame: Frame<'a>,
    message: String,
    request_id: &'a str,
}

/// The page of an error. `message` is the key of its sentence.
pub fn error_page(visitor: &Visitor, status: StatusCode, message: &str) -> Response {
    let template = ErrorTemplate {
        // The way back to an address that only takes forms would lead nowhere.
        frame: Frame::at(visitor, super::local_path::HOME),
        message: visitor.words.get(message),
        request_id: &visitor.request.request_id,
    };
    visitor.page(status, &template, None)
}

/// The page of a [`PageError`], whose cause is logged here and shown to nobody.
pub(super) fn page(visitor: &Visitor, error: &PageError) -> Response {
    let mut response = error_page(visitor, error.status(), error.words());
    match error {
        PageError::NotInEffect(cause) | PageError::Unavailable(cause) | PageError::Internal(cause) => {
            log(visitor, &**cause);
            if matches!(error, PageError::Unavailable(_)) {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
        }
        PageError::CrossSite => refused(visitor, "cross_site"),
        PageError::StaleForm => refused(visitor, "stale_form"),
        PageError::BadRequest | PageError::TooLarge | PageError::NotFound | PageError::Forbidden => {}
    }
    response
}

fn refused(visitor: &Visitor, detail: &'static str) {
    let user_id = visitor.session.as_ref().map(|session| session.user.id);
    let about = About { detail, user_id, ..About::default() };
    visitor.pages.sign_in.security.record(SecurityKind::FormRefused, &visitor.request, about);
}

/// Logs why a request failed, under the number that its visitor is told.
pub fn log(visitor: &Visitor, cause: &(dyn Error + 'static)) {
    let request_id = &visitor.request.request_id;
    tracing::error!(target: "routix::failure", request_id, cause = chain(cause), "request failed");
}

fn chain(first: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(first), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
