//! Errors of the doors for clients (RFC 6749, 5.2).

use axum::http::{HeaderValue, StatusCode, header};

use crate::access::InvalidToken;
use crate::commands::CommandError;
use crate::http::Failure;
use crate::http::limit::Budget;
use routix_projections::ReadError;

/// Why a client did not get what it asked for.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// A parameter is missing, malformed or repeated.
    #[error("{0}")]
    InvalidRequest(String),
    /// Unknown client, wrong secret, no authentication, or a revoked app.
    #[error("{description}")]
    InvalidClient {
        description: &'static str,
        /// Whether the client used HTTP Basic, and so is owed a challenge.
        basic: bool,
    },
    /// The client may not use this grant type.
    #[error("{0}")]
    UnauthorizedClient(&'static str),
    /// A code or refresh token that gives nothing.
    #[error("{0}")]
    InvalidGrant(&'static str),
    #[error("this grant type is not offered; use authorization_code, refresh_token or client_credentials")]
    UnsupportedGrantType,
    #[error("{0}")]
    InvalidScope(String),
    /// The resource is none of ours (RFC 8707, 2).
    #[error("there is no such resource; see the protected resource metadata")]
    InvalidTarget,
    #[error("too many failed authentications; try again later")]
    TooManyFailures(Budget),
    /// The body could not be read.
    #[error("the request body cannot be read")]
    Body(Failure),
    #[error("the read model does not answer")]
    Read(#[from] ReadError),
    #[error("no token could be made")]
    Token(#[source] InvalidToken),
    /// It is not known what came of a command.
    #[error("the event store does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("a stream cannot be used")]
    Corrupt(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl OAuthError {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::InvalidRequest(_)
            | Self::UnauthorizedClient(_)
            | Self::UnsupportedGrantType
            | Self::InvalidGrant(_)
            | Self::InvalidScope(_)
            | Self::InvalidTarget => StatusCode::BAD_REQUEST,
            Self::InvalidClient { .. } => StatusCode::UNAUTHORIZED,
            Self::TooManyFailures(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Body(failure) => failure.status,
            Self::Read(_) | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Corrupt(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Token(cause) if cause.is_outage() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Token(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient { .. } => "invalid_client",
            Self::UnauthorizedClient(_) => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidGrant(_) => "invalid_grant",
            Self::InvalidScope(_) => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::TooManyFailures(_) => "rate_limited",
            Self::Body(failure) => failure.code,
            Self::Read(_) | Self::Unavailable(_) => "temporarily_unavailable",
            Self::Corrupt(_) => "server_error",
            Self::Token(cause) if cause.is_outage() => "temporarily_unavailable",
            Self::Token(_) => "server_error",
        }
    }
}

impl From<OAuthError> for Failure {
    fn from(error: OAuthError) -> Self {
        let plain = |error: &OAuthError| Self::new(error.status(), error.code(), error.to_string());
        match error {
            OAuthError::InvalidClient { basic: true, .. } => {
                let challenge = HeaderValue::from_static("Basic realm=\"routix\", charset=\"UTF-8\"");
                plain(&error).header(header::WWW_AUTHENTICATE, challenge)
            }
            OAuthError::TooManyFailures(budget) => budget.failure(&error.to_string()),
            OAuthError::Body(failure) => failure,
            OAuthError::Read(cause) => Self::unavailable(cause),
            OAuthError::Unavailable(cause) => Self::unavailable(Cause(cause)),
            OAuthError::Corrupt(cause) => Self::internal(Cause(cause)),
            OAuthError::Token(cause) if cause.is_outage() => Self::unavailable(cause),
            OAuthError::Token(cause) => Self::internal(cause),
            OAuthError::InvalidRequest(_)
            | OAuthError::InvalidClient { .. }
            | OAuthError::UnauthorizedClient(_)
            | OAuthError::UnsupportedGrantType
            | OAuthError::InvalidGrant(_)
            | OAuthError::InvalidScope(_)
            | OAuthError::InvalidTarget => plain(&error),
        }
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<CommandError<E>> for OAuthError {
    /// What a rule of the domain refuses is a refused grant: who asks which rule it was may be somebody else.
    fn from(error: CommandError<E>) -> Self {
        match error {
            CommandError::Rejected(_) => Self::InvalidGrant("it is not valid any more"),
            CommandError::Corrupt(cause) => Self::Corrupt(cause),
            CommandError::Conflict
            | CommandError::Unavailable(_)
            | CommandError::Stopped(_)
            | CommandError::NotVisible(_) => Self::Unavailable(Box::new(error)),
        }
    }
}

/// A boxed cause, as an error of its own.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Cause(Box<dyn std::error::Error + Send + Sync>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::InvalidToken;

    /// Who is told to come again does, and who is told that it is our fault calls us.
    #[test]
    fn what_does_not_answer_is_told_from_what_is_broken() {
        let outage = InvalidToken::Read(ReadError::BuildGone);
        for (cause, status, code) in
            [(outage, 503, "temporarily_unavailable"), (InvalidToken::NoKey, 500, "server_error")]
        {
            let error = OAuthError::Token(cause);
            assert_eq!((error.status().as_u16(), error.code()), (status, code));
            let failure = Failure::from(error);
            assert_eq!(failure.status, status);
            assert!(failure.cause_chain().is_some(), "the log says why");
        }
    }
}
