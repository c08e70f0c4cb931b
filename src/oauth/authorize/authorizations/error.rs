//! Why an authorization is not shown or not decided.

use axum::http::{HeaderValue, StatusCode, header};
use routix_domain::authorization::AuthorizationError;
use routix_domain::value::Fault;
use routix_projections::ReadError;

use super::super::refusal::{PageRefusal, Refusal};
use crate::access::InvalidToken;
use crate::commands::CommandError;
use crate::http::Failure;
use crate::oauth::error::OAuthError;
use crate::store::identity::IdentityError;

#[derive(Debug, thiserror::Error)]
pub(super) enum AuthorizationsError {
    #[error("sign in first and send the user token as Authorization: Bearer")]
    Unauthenticated,
    #[error("the user token is malformed or expired, or its session has ended; sign in again")]
    InvalidToken,
    #[error("an app's token decides nothing; use a user token")]
    OtherTokenKind,
    #[error("there is no such authorization for this session, or its ten minutes are over")]
    NotFound,
    #[error("this authorization was decided before")]
    AlreadyDecided,
    #[error("there is no organization in which you may let the app do what it asks for")]
    NotGrantable,
    #[error("the authorization request is too long to be named")]
    TooLong,
    #[error("invalid fields")]
    Invalid(Vec<Fault>),
    /// The authorization request itself, in the words of RFC 6749, 4.1.2.1.
    #[error("{1}")]
    Refused(&'static str, String),
    #[error("the request failed")]
    OAuth(#[source] OAuthError),
    #[error("a store does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("a fault of the server")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<AuthorizationsError> for Failure {
    fn from(error: AuthorizationsError) -> Self {
        let plain = |status, code| Self::new(status, code, error.to_string());
        let challenge = |text| HeaderValue::from_static(text);
        match error {
            AuthorizationsError::Unauthenticated => plain(StatusCode::UNAUTHORIZED, "invalid_token")
                .header(header::WWW_AUTHENTICATE, challenge("Bearer realm=\"routix\"")),
            AuthorizationsError::InvalidToken => plain(StatusCode::UNAUTHORIZED, "invalid_token")
                .header(header::WWW_AUTHENTICATE, challenge("Bearer realm=\"routix\", error=\"invalid_token\"")),
            AuthorizationsError::OtherTokenKind => plain(StatusCode::FORBIDDEN, "invalid_token_type"),
            AuthorizationsError::NotFound => plain(StatusCode::NOT_FOUND, "not_found"),
            AuthorizationsError::AlreadyDecided => plain(StatusCode::CONFLICT, "conflict"),
            AuthorizationsError::TooLong => plain(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
            AuthorizationsError::NotGrantable => plain(StatusCode::FORBIDDEN, "forbidden"),
            AuthorizationsError::Invalid(faults) => Self::invalid_fields(faults),
            AuthorizationsError::Refused(code, description) => Self::new(StatusCode::BAD_REQUEST, code, description),
            AuthorizationsError::OAuth(error) => error.into(),
            AuthorizationsError::Unavailable(cause) => Self::unavailable(Cause(cause)),
            AuthorizationsError::Internal(cause) => Self::internal(Cause(cause)),
        }
    }
}

/// A boxed cause, as an error of its own.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Cause(Box<dyn std::error::Error + Send + Sync>);

impl From<InvalidToken> for AuthorizationsError {
    fn from(error: InvalidToken) -> Self {
        match error {
            InvalidToken::Refused => Self::InvalidToken,
            InvalidToken::OtherKind => Self::OtherTokenKind,
            other @ (InvalidToken::Stopped(_)
            | InvalidToken::Read(_)
            | InvalidToken::Identity(_)
            | InvalidToken::NoKey
            | InvalidToken::Unsigned(_)) => Self::OAuth(OAuthError::Token(other)),
        }
    }
}

impl From<ReadError> for AuthorizationsError {
    fn from(error: ReadError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<IdentityError> for AuthorizationsError {
    fn from(error: IdentityError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<Refusal> for AuthorizationsError {
    /// A program asks, which is nobody's browser: nothing is redirected, whatever is proven.
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Redirect(_, refusal) => Self::Refused(refusal.code(), refusal.to_string()),
            Refusal::Page(PageRefusal::Unavailable(cause)) => Self::OAuth(OAuthError::Token(cause)),
            Refusal::Page(
                refusal @ (PageRefusal::Unreadable
                | PageRefusal::UnknownClient
                | PageRefusal::RevokedClient
                | PageRefusal::RedirectUri),
            ) => Self::Refused("invalid_request", refusal.to_string()),
        }
    }
}

impl From<CommandError<AuthorizationError>> for AuthorizationsError {
    fn from(error: CommandError<AuthorizationError>) -> Self {
        match error {
            CommandError::Rejected(AuthorizationError::AlreadyDecided) => Self::AlreadyDecided,
            CommandError::Rejected(_)
            | CommandError::Conflict
            | CommandError::Unavailable(_)
            | CommandError::Corrupt(_)
            | CommandError::Stopped(_)
            | CommandError::NotVisible(_) => Self::OAuth(error.into()),
        }
    }
}
