//! The two ways to refuse an authorization request.

use axum::http::StatusCode;
use axum::response::Response;

use super::redirect::Return;
use crate::access::InvalidToken;
use crate::pages::{PageError, Visitor, error_page};

/// Why there is no consent page.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Nothing is proven: the browser stays here.
    Page(PageRefusal),
    /// The redirect URI is proven: the client is told.
    Redirect(Return, RedirectRefusal),
}

/// Client or redirect URI are not proven, so nobody is sent anywhere (OAuth 2.1, 4.1.2.1).
#[derive(Debug, thiserror::Error)]
pub(super) enum PageRefusal {
    #[error("the query is too long or malformed")]
    Unreadable,
    #[error("no client, or no such client")]
    UnknownClient,
    /// Its redirect URI is not trusted any more either.
    #[error("the app is revoked")]
    RevokedClient,
    #[error("the redirect URI is not registered for the client, or has to be named")]
    RedirectUri,
    #[error("a read model does not answer")]
    Unavailable(#[source] InvalidToken),
}

/// The `error` of a redirect (RFC 6749, 4.1.2.1; RFC 8707, 2).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RedirectRefusal {
    #[error("{0}")]
    InvalidRequest(String),
    #[error("response_type must be code")]
    UnsupportedResponseType,
    #[error("{0}")]
    InvalidScope(&'static str),
    #[error("there is no such resource; see the protected resource metadata")]
    InvalidTarget,
    #[error("the user denied the request")]
    AccessDenied,
    #[error("the server met a fault of its own")]
    ServerError,
    #[error("try again in a moment")]
    TemporarilyUnavailable,
}

impl RedirectRefusal {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope(_) => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

impl From<PageRefusal> for Refusal {
    fn from(refusal: PageRefusal) -> Self {
        Self::Page(refusal)
    }
}

impl Refusal {
    pub(super) fn into_response(self, visitor: &Visitor, issuer: &str) -> Response {
        match self {
            Self::Redirect(back, refusal) => back.refused(&refusal, issuer),
            Self::Page(refusal) => refusal.into_response(visitor),
        }
    }
}

impl PageRefusal {
    fn into_response(self, visitor: &Visitor) -> Response {
        let message = match self {
            Self::Unreadable => "authorize-unreadable",
            Self::UnknownClient => "authorize-unknown-app",
            Self::RevokedClient => "authorize-revoked-app",
            Self::RedirectUri => "authorize-redirect-uri",
            Self::Unavailable(cause) if cause.is_outage() => {
                return visitor.answer(Err(PageError::Unavailable(Box::new(cause))));
            }
            Self::Unavailable(cause) => return visitor.answer(Err(PageError::Internal(Box::new(cause)))),
        };
        error_page(visitor, StatusCode::BAD_REQUEST, message)
    }
}
